"""How requests point at items and folders."""

from roomd_lab.model.access import Caller, open_folder, open_item
from roomd_lab.model.errors import ExchangeError, folder_not_found
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.ids import is_change_key
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organization import Organization
from roomd_lab.model.series import occurrence_at
from roomd_lab.soap.xml import Element, local_name, read_int, schema_violation, t, text_of


def folder_at(organization: Organization, caller: Caller, element: Element) -> tuple[Mailbox, Folder]:
    """The folder a FolderId or DistinguishedFolderId points at.

    Raises ErrorFolderNotFound, ErrorAccessDenied, ErrorNonExistentMailbox, ErrorInvalidIdMalformed.
    """
    match local_name(element):
        case "DistinguishedFolderId":
            return _distinguished(organization, caller, element)
        case "FolderId":
            return _by_id(organization, caller, _id(element, "Id"))
    raise schema_violation(f"{local_name(element)} is no folder id.")


def _distinguished(organization: Organization, caller: Caller, element: Element) -> tuple[Mailbox, Folder]:
    try:
        name = FolderName(_id(element, "Id"))
    except ValueError:
        raise folder_not_found() from None
    address = text_of(element.find(f"{t('Mailbox')}/{t('EmailAddress')}")).strip()
    return open_folder(organization, caller, name, address or None)


def _by_id(organization: Organization, caller: Caller, folder_id: str) -> tuple[Mailbox, Folder]:
    mailbox = organization.mailbox_of_id(folder_id)
    folder = mailbox.folder(folder_id)
    if folder is None or not caller.may_open(mailbox, folder):
        raise folder_not_found()
    return mailbox, folder


def item_at(organization: Organization, caller: Caller, element: Element) -> tuple[Mailbox, StoredItem]:
    """The item an ItemId, RecurringMasterItemId or OccurrenceItemId points at.

    Raises ErrorItemNotFound, ErrorInvalidIdMalformed, ErrorCalendarCannotUseIdForOccurrenceId,
    ErrorCalendarCannotUseIdForRecurringMasterId and what `occurrence_at` raises.
    """
    match local_name(element):
        case "ItemId" | "ReferenceItemId":
            return open_item(organization, caller, _id(element, "Id"))
        case "RecurringMasterItemId":
            return _master_of(*open_item(organization, caller, _id(element, "OccurrenceId")))
        case "OccurrenceItemId":
            mailbox, item = open_item(organization, caller, _id(element, "RecurringMasterId"))
            return mailbox, _occurrence_of(item, read_int(_id(element, "InstanceIndex")))
    raise schema_violation(f"{local_name(element)} is no item id.")


def _master_of(mailbox: Mailbox, item: StoredItem) -> tuple[Mailbox, CalendarItem]:
    if not isinstance(item, CalendarItem) or item.instance is None:
        raise ExchangeError(
            "ErrorCalendarCannotUseIdForOccurrenceId", "The id does not belong to an occurrence of a recurring item."
        )
    return mailbox, mailbox.master(item.instance.master_id)


def _occurrence_of(item: StoredItem, index: int) -> CalendarItem:
    if not isinstance(item, CalendarItem) or item.recurrence is None:
        raise ExchangeError(
            "ErrorCalendarCannotUseIdForRecurringMasterId", "The id does not belong to a recurring master."
        )
    return occurrence_at(item, index)


def item_to_write(organization: Organization, caller: Caller, element: Element) -> tuple[Mailbox, StoredItem]:
    """As `item_at`, for a caller who wants to change it. Raises ErrorAccessDenied too."""
    mailbox, item = item_at(organization, caller, element)
    caller.require_write(mailbox, mailbox.folder_of(item))
    return mailbox, item


def whole_item_at(organization: Organization, caller: Caller, element: Element) -> tuple[Mailbox, StoredItem]:
    """An item that can be put elsewhere.

    Raises ErrorCalendarCannotMoveOrCopyOccurrence, and what `item_at` raises.
    """
    mailbox, item = item_at(organization, caller, element)
    if isinstance(item, CalendarItem) and item.instance is not None:
        raise ExchangeError("ErrorCalendarCannotMoveOrCopyOccurrence", "An occurrence cannot be moved or copied.")
    return mailbox, item


def _id(element: Element, attribute: str) -> str:
    value = element.get(attribute)
    if value is None:
        raise schema_violation(f"{local_name(element)} has no {attribute}.")
    if not value:
        raise ExchangeError("ErrorInvalidIdEmpty", "Id must be non-empty.")
    return value


def require_change_key(element: Element, item: StoredItem, *, conflict: str | None) -> None:
    """Check the version a write was based on.

    A missing one is ErrorChangeKeyRequiredForWriteOperations, no version at all ErrorInvalidChangeKey, a stale one
    the error named by `conflict`; None lets a stale one pass.
    """
    given = element.get("ChangeKey")
    if not given:
        raise ExchangeError(
            "ErrorChangeKeyRequiredForWriteOperations", "A change key is required for this write operation."
        )
    if not is_change_key(given):
        raise ExchangeError("ErrorInvalidChangeKey", "The change key is invalid.")
    if given != item.change_key and conflict:
        raise ExchangeError(
            conflict,
            "The send or update operation could not be performed because the change key passed in the request "
            "does not match the current change key for the item.",
        )
