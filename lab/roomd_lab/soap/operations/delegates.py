"""GetDelegate, AddDelegate, UpdateDelegate and RemoveDelegate: who acts for the owner of a mailbox."""

from collections.abc import Callable
from dataclasses import replace

from roomd_lab.model.delegates import Delegate, Delegation, DeliverRequests
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import FolderName
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.people import Address, Permission
from roomd_lab.soap.answers import success
from roomd_lab.soap.call import Call
from roomd_lab.soap.xml import Element, child, leaf, m, read_bool, schema_violation, t, text_of, write_bool

_USER = "DelegateUserResponseMessageType"
# In schema order.
_FOLDERS = {
    "Calendar": FolderName.CALENDAR,
    "Tasks": FolderName.TASKS,
    "Inbox": FolderName.INBOX,
    "Contacts": FolderName.CONTACTS,
    "Notes": FolderName.NOTES,
    "Journal": FolderName.JOURNAL,
}
_NOT_KEPT = {"Author", "Custom"}


def get_delegate(call: Call) -> str:
    """All delegates of one's own mailbox, or those asked for, with their permissions if these are wanted."""
    mailbox = _own_mailbox(call)
    with_permissions = read_bool(call.element.get("IncludePermissions", ""))
    asked = call.element.find(m("UserIds"))
    users = [each.user for each in mailbox.delegation] if asked is None else [_user_or_error(call, e) for e in asked]

    def answer(user: Address | ExchangeError) -> str:
        if isinstance(user, ExchangeError):
            raise user
        return _answer(call, mailbox.delegation.of(user), with_permissions=with_permissions)

    messages = call.each(_USER, users, answer) if users else ""
    deliver = f"<m:DeliverMeetingRequests>{mailbox.delegation.deliver}</m:DeliverMeetingRequests>"
    return _response("GetDelegate", messages, deliver)


def add_delegate(call: Call) -> str:
    """New delegates of one's own mailbox."""

    def add(mailbox: Mailbox, element: Element) -> Delegate:
        user = _user(call, child(element, t("UserId")))
        if user.key == mailbox.owner.key:
            raise ExchangeError("ErrorDelegateCannotAddOwner", "The owner of a mailbox cannot be its delegate.")
        added = _with_changes(Delegate(user=user, levels={}), element)
        mailbox.delegation.add(added)
        return added

    return _write(call, "AddDelegate", "DelegateUsers", add)


def update_delegate(call: Call) -> str:
    """Other rights for delegates; what is not said stays as it is."""

    def update(mailbox: Mailbox, element: Element) -> Delegate:
        changed = _with_changes(mailbox.delegation.of(_user(call, child(element, t("UserId")))), element)
        mailbox.delegation.change(changed)
        return changed

    return _write(call, "UpdateDelegate", "DelegateUsers", update)


def remove_delegate(call: Call) -> str:
    """Delegates no more."""
    mailbox = _own_mailbox(call)

    def answer(element: Element) -> str:
        mailbox.delegation.remove(_user(call, element))
        return success(_USER)

    return _response("RemoveDelegate", call.each(_USER, child(call.element, m("UserIds")), answer))


def _write(call: Call, operation: str, name: str, write: Callable[[Mailbox, Element], Delegate]) -> str:
    mailbox = _own_mailbox(call)
    users = call.element.find(m(name))

    def answer(element: Element) -> str:
        return _answer(call, write(mailbox, element), with_permissions=False)

    messages = "" if users is None else call.each(_USER, users, answer)
    _set_delivery(mailbox.delegation, text_of(call.element.find(m("DeliverMeetingRequests"))))
    return _response(operation, messages)


def _own_mailbox(call: Call) -> Mailbox:
    address = text_of(child(call.element, m("Mailbox")).find(t("EmailAddress"))).strip()
    mailbox = call.organization.mailbox(address)
    call.caller.require_ownership(mailbox)
    return mailbox


def _user(call: Call, element: Element) -> Address:
    directory = call.organization.directory
    sid = text_of(element.find(t("SID"))).strip()
    smtp = text_of(element.find(t("PrimarySmtpAddress"))).strip() or directory.address_of_sid(sid)
    if not smtp and not sid:
        raise ExchangeError("ErrorInvalidDelegateUserId", "Name a delegate by SID or by primary SMTP address.")
    found = directory.find(smtp or "")
    if found is None:
        raise ExchangeError("ErrorDelegateNoUser", "The specified user does not exist.")
    return found


def _user_or_error(call: Call, element: Element) -> Address | ExchangeError:
    try:
        return _user(call, element)
    except ExchangeError as error:
        return error


def _with_changes(delegate: Delegate, element: Element) -> Delegate:
    copies, private = (element.find(t(name)) for name in ("ReceiveCopiesOfMeetingMessages", "ViewPrivateItems"))
    return replace(
        delegate,
        levels=_levels(delegate, element.find(t("DelegatePermissions"))),
        receives_copies=delegate.receives_copies if copies is None else read_bool(text_of(copies)),
        views_private=delegate.views_private if private is None else read_bool(text_of(private)),
    )


def _levels(delegate: Delegate, permissions: Element | None) -> dict[FolderName, Permission]:
    levels = dict(delegate.levels)
    for name, folder in _FOLDERS.items():
        given = None if permissions is None else permissions.find(t(f"{name}FolderPermissionLevel"))
        if given is None:
            continue
        levels.pop(folder, None)
        if (level := _level(text_of(given))) is not None:
            levels[folder] = level
    return levels


def _level(text: str) -> Permission | None:
    if text in _NOT_KEPT:
        raise ExchangeError("ErrorInvalidDelegatePermission", f"This server keeps no permission level {text}.")
    try:
        return None if text == "None" else Permission(text)
    except ValueError:
        raise schema_violation(f"'{text}' is no permission level.") from None


def _set_delivery(delegation: Delegation, text: str) -> None:
    try:
        delegation.deliver = DeliverRequests(text) if text else delegation.deliver
    except ValueError:
        raise schema_violation(f"'{text}' is no DeliverMeetingRequests.") from None


def _answer(call: Call, delegate: Delegate, *, with_permissions: bool) -> str:
    account = next((a for a in call.organization.directory.accounts if a.mailbox == delegate.user.smtp), None)
    sid = leaf("t:SID", account.sid) if account else ""
    user = f"{sid}{leaf('t:PrimarySmtpAddress', delegate.user.smtp)}{leaf('t:DisplayName', delegate.user.name)}"
    permissions = f"<t:DelegatePermissions>{_permissions(delegate)}</t:DelegatePermissions>"
    return success(
        _USER,
        f"<m:DelegateUser><t:UserId>{user}</t:UserId>{permissions if with_permissions else ''}"
        f"{leaf('t:ReceiveCopiesOfMeetingMessages', write_bool(delegate.receives_copies))}"
        f"{leaf('t:ViewPrivateItems', write_bool(delegate.views_private))}</m:DelegateUser>",
    )


def _permissions(delegate: Delegate) -> str:
    return "".join(
        leaf(f"t:{name}FolderPermissionLevel", delegate.levels.get(folder, "None"))
        for name, folder in _FOLDERS.items()
    )


def _response(operation: str, messages: str, more: str = "") -> str:
    listed = f"<m:ResponseMessages>{messages}</m:ResponseMessages>" if messages else ""
    return success(f"{operation}Response", listed + more)
