"""Who may open what."""

from collections.abc import Mapping
from dataclasses import dataclass

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError, access_denied, impersonation_denied, item_not_found
from roomd_lab.model.folders import Folder, FolderName
from roomd_lab.model.items import StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Account, Permission

# What a delegate with editor rights on the calendar can see of another's mailbox.
_DELEGATED = {FolderName.ROOT, FolderName.TOP, FolderName.CALENDAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a caller may do with a folder or an item (EffectiveRights). Whoever sees it may read it."""

    create_associated: bool = False
    create_contents: bool = False
    create_hierarchy: bool = False
    delete: bool = False
    modify: bool = False
    view_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account that signed in, acting in its own name or as somebody else.

    `acts_as` is the SMTP address of the mailbox that the request is made as; None for an account without one.
    """

    account: Account
    acts_as: str | None
    directory: Directory

    def owns(self, mailbox: Mailbox) -> bool:
        """Whether this is the caller's own mailbox, or that of the person acted for."""
        return self.acts_as is not None and self.acts_as.lower() == mailbox.owner.key

    def may_open(self, mailbox: Mailbox, folder: Folder) -> bool:
        """Whether the caller may read a folder."""
        return self.owns(mailbox) or self._permission(mailbox, folder) is not None

    def require_write(self, mailbox: Mailbox, folder: Folder) -> None:
        """Refuse a reviewer what only an owner or an editor may do. Raises ErrorAccessDenied."""
        if not self.owns(mailbox) and self._permission(mailbox, folder) is not Permission.EDITOR:
            raise access_denied()

    def require_ownership(self, mailbox: Mailbox) -> None:
        """Refuse everybody else what only an owner may do. Raises ErrorAccessDenied."""
        if not self.owns(mailbox):
            raise access_denied()

    def rights_to_folder(self, mailbox: Mailbox, folder: Folder) -> Rights:
        """What the caller may do with a folder: an editor puts things into it, and leaves it itself as it is."""
        if self.owns(mailbox):
            return Rights(
                create_associated=True,
                create_contents=True,
                create_hierarchy=True,
                delete=True,
                modify=True,
                view_private=True,
            )
        may_write = self._permission(mailbox, folder) is Permission.EDITOR
        return Rights(create_contents=may_write, view_private=self._views_private(mailbox))

    def rights_to_items(self, mailbox: Mailbox, folder: Folder) -> Rights:
        """What the caller may do with the items of a folder."""
        owns = self.owns(mailbox)
        may_write = owns or self._permission(mailbox, folder) is Permission.EDITOR
        return Rights(delete=may_write, modify=may_write, view_private=owns or self._views_private(mailbox))

    def _views_private(self, mailbox: Mailbox) -> bool:
        return mailbox.delegation.may_view_private((self.acts_as or "").lower())

    def _permission(self, mailbox: Mailbox, folder: Folder) -> Permission | None:
        granted = permissions_of(self.directory, mailbox, folder)
        return granted.get((self.acts_as or "").lower()) or granted.get(self.account.username.lower())


def permissions_of(directory: Directory, mailbox: Mailbox, folder: Folder) -> Mapping[str, Permission]:
    """Who may use a folder besides its owner. The way to the calendar is open to who may open the calendar."""
    if folder.name is None:
        return folder.permissions
    if folder.name in _DELEGATED:
        return directory.permissions(mailbox.owner) | mailbox.delegation.levels(FolderName.CALENDAR)
    return mailbox.delegation.levels(folder.name)


def inherited(directory: Directory, mailbox: Mailbox, parent: Folder) -> dict[str, Permission]:
    """The rights a folder begins with: those on the calendar or the made folder it is put into."""
    hands_down = parent.name in {None, FolderName.CALENDAR}
    return dict(permissions_of(directory, mailbox, parent)) if hands_down else {}


def impersonate(organization: Organization, account: Account, name: str, kind: str) -> Caller:
    """Act as another user, named by SMTP address, principal name or SID (`kind`, an element's name).

    Raises ErrorImpersonateUserDenied without the role or outside its management scope, ErrorNonExistentMailbox for a
    stranger.
    """
    if not account.impersonates:
        raise impersonation_denied()
    owner = organization.mailbox(_smtp_of(organization, name, kind)).owner
    if owner.key in organization.directory.outside_scope:
        raise impersonation_denied()
    return Caller(account=account, acts_as=owner.smtp, directory=organization.directory)


def _smtp_of(organization: Organization, name: str, kind: str) -> str:
    if kind == "SID":
        found = organization.directory.address_of_sid(name)
        if found is None:
            raise ExchangeError("ErrorInvalidUserSid", "The SID does not belong to a user.")
        return found
    if kind == "PrincipalName":
        account = organization.directory.account(name)
        return account.mailbox if account and account.mailbox else name
    return name


def open_folder(
    organization: Organization, caller: Caller, name: FolderName, address: str | None = None
) -> tuple[Mailbox, Folder]:
    """A folder by its distinguished name, in the caller's own or in another's mailbox.

    Raises ErrorMissingEmailAddress, ErrorNonExistentMailbox and ErrorAccessDenied.
    """
    wanted = address or caller.acts_as
    if wanted is None:
        raise ExchangeError(
            "ErrorMissingEmailAddress",
            "When making a request as an account that does not have a mailbox, you must specify the mailbox "
            "primary SMTP address for any distinguished folder Ids.",
        )
    mailbox = organization.mailbox(wanted)
    if not caller.may_open(mailbox, mailbox.folders[name]):
        raise access_denied()
    return mailbox, mailbox.folders[name]


def open_item(organization: Organization, caller: Caller, item_id: str) -> tuple[Mailbox, StoredItem]:
    """An item by its id.

    Raises ErrorInvalidIdMalformed, and ErrorItemNotFound both for a missing item and for one out of reach.
    """
    mailbox = organization.mailbox_of_id(item_id)
    item = mailbox.item(item_id)
    if not caller.may_open(mailbox, mailbox.folder_of(item)):
        raise item_not_found()
    return mailbox, item
