"""UpdateItem: fields set, appended to and deleted, under a change key."""

from datetime import datetime, tzinfo

from roomd_lab.model.announcing import SILENTLY, TO_ALL, TO_CHANGED, Mailing, Notify
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import CalendarItem, StoredItem
from roomd_lab.model.organizing import update
from roomd_lab.model.recurrence.wall_time import instant, wall
from roomd_lab.model.zones import windows_id, zone_info
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.draft_fields import Draft
from roomd_lab.soap.draft_properties import clear_property
from roomd_lab.soap.drafts import append_field, clear_field, set_field, whole_days
from roomd_lab.soap.extended import read_path
from roomd_lab.soap.item_fields import item_id
from roomd_lab.soap.paths import require_available
from roomd_lab.soap.references import item_to_write, require_change_key
from roomd_lab.soap.shapes import element_name
from roomd_lab.soap.xml import (
    Element,
    child,
    first,
    local_name,
    m,
    read_bool,
    read_choice,
    schema_violation,
    t,
    text_of,
)
from roomd_lab.soap.zone_definition import read_zone_id

_NAME = "UpdateItemResponseMessage"
_MAILINGS = {
    "SendToNone": SILENTLY,
    "SendOnlyToAll": Mailing(Notify.ALL, keep_copy=False),
    "SendOnlyToChanged": Mailing(Notify.CHANGED, keep_copy=False),
    "SendToAllAndSaveCopy": TO_ALL,
    "SendToChangedAndSaveCopy": TO_CHANGED,
}
# A stale change key is refused, or overwritten: MS-OXWSCORE 3.1.4.9 lets AutoResolve overwrite in most cases.
_CONFLICTS = {"NeverOverwrite": "ErrorIrresolvableConflict", "AutoResolve": None, "AlwaysOverwrite": None}


def update_item(call: Call) -> str:
    """Change calendar items, and mark messages as read, each answered on its own."""
    resolution = call.element.get("ConflictResolution", "")
    if resolution not in _CONFLICTS:
        raise schema_violation(f"'{resolution}' is no ConflictResolution.")

    mailing = read_choice(call.element, "SendMeetingInvitationsOrCancellations", _MAILINGS)

    def answer(change: Element) -> str:
        item = _update(call, change, _CONFLICTS[resolution], mailing)
        name = element_name(item)
        return success(
            _NAME,
            f"<m:Items><t:{name}>{item_id(item)}</t:{name}></m:Items>"
            "<m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>",
        )

    changes = child(call.element, m("ItemChanges"))
    return response("UpdateItem", call.each(_NAME, changes, answer, when_refused="<m:Items/>"))


def _update(call: Call, change: Element, conflict: str | None, mailing: Mailing | None) -> StoredItem:
    reference = first(change)
    mailbox, item = item_to_write(call.organization, call.caller, reference)
    require_change_key(reference, item, conflict=conflict)
    if not isinstance(item, CalendarItem):
        return mailbox.mark_read(item, is_read=_read_flag(child(change, t("Updates"))))
    if mailing is None:
        raise ExchangeError(
            "ErrorSendMeetingInvitationsOrCancellationsRequired",
            "The SendMeetingInvitationsOrCancellations attribute is required for calendar items.",
        )
    changes = child(change, t("Updates"))
    draft = Draft(call.organization.directory, _wall_zone(changes, call.zone), item, {})
    for each_change in changes:
        _apply(draft, each_change)
    return update(mailbox, item, _settled(item, draft), mailing)


def _read_flag(changes: Element) -> bool:
    """The new IsRead: nothing else can be changed of what was sent. Raises ErrorInvalidPropertyUpdateSentMessage."""
    change = first(changes)
    if len(changes) != 1 or local_name(change) != "SetItemField" or first(change).get("FieldURI") != "message:IsRead":
        raise ExchangeError("ErrorInvalidPropertyUpdateSentMessage", "A message that was sent cannot be changed.")
    return read_bool(text_of(_single_field(change)))


def _wall_zone(changes: Element, fallback: tzinfo) -> tzinfo:
    """Where times without offset are: in the zone of the start that is set with them, else in the request's zone."""
    zone = next(changes.iter(t("StartTimeZone"), t("MeetingTimeZone")), None)
    return fallback if zone is None else zone_info(read_zone_id(zone))


def _settled(item: CalendarItem, draft: Draft) -> dict[str, object]:
    """The collected values, with an all-day item's times at its midnights.

    Times keep their place on the clock when nothing but their zone is changed (How to update the time zone for an
    appointment by using EWS in Exchange).
    A single item that becomes recurring repeats in the request's zone unless its zone is set with it (UpdateItem
    operation).
    """
    draft.values.setdefault("start", _in_zone(item.start, item.start_zone, draft.current("start_zone", "UTC")))
    draft.values.setdefault("end", _in_zone(item.end, item.end_zone, draft.current("end_zone", "UTC")))
    if item.recurrence is None and draft.values.get("recurrence") is not None:
        draft.values.setdefault("start_zone", windows_id(draft.zone))
        draft.values.setdefault("end_zone", draft.values["start_zone"])
    if draft.current("all_day", default=False):
        moved = {name: draft.current(name, None) for name in ("start", "end", "start_zone", "end_zone")}
        whole = whole_days(CalendarItem(organizer=item.organizer, all_day=True, **moved))
        draft.values.update(start=whole.start, end=whole.end)
    return draft.values


def _in_zone(moment: datetime, before: str, after: str) -> datetime:
    return moment if before == after else instant(wall(moment, zone_info(before)), zone_info(after))


def _apply(draft: Draft, change: Element) -> None:
    path = first(change)
    if path.tag == t("FieldURI"):
        require_available(path.get("FieldURI", ""))
    match local_name(change):
        case "SetItemField":
            set_field(draft, _single_field(change))
        case "AppendToItemField":
            append_field(draft, _single_field(change))
        case "DeleteItemField" if path.tag == t("ExtendedFieldURI"):
            clear_property(draft, read_path(path).key)
        case "DeleteItemField":
            clear_field(draft, path.get("FieldURI", ""))
        case other:
            raise schema_violation(f"{other} is no change description.")


def _single_field(change: Element) -> Element:
    """The one field in a change, which must be the field its path names.

    Raises ErrorIncorrectUpdatePropertyCount and ErrorUpdatePropertyMismatch.
    """
    if len(change) != 2 or len(change[1]) != 1:  # noqa: PLR2004 - a path and an item
        raise ExchangeError("ErrorIncorrectUpdatePropertyCount", "An item change must hold exactly one property.")
    field, path = change[1][0], change[0]
    named = path.get("FieldURI", "").partition(":")[2]
    if path.tag == t("FieldURI") and named != local_name(field):
        raise ExchangeError("ErrorUpdatePropertyMismatch", "The property does not match its path.")
    return field
