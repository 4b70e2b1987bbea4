"""Planning a pull: from a page of changes and what is known to the revisions to write. Pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from roomd_core.model import ItemKind, Mailbox, MailboxKind
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.conclude import conclude
from roomd_core.sync.content import event_of
from roomd_core.sync.match import Cases
from roomd_core.sync.observe import absorb, observe, observe_absence
from roomd_core.sync.remote import ChangePage, RemoteItem
from roomd_core.sync.window import Window


def to_read(page: ChangePage, cases: Cases, mailbox: Mailbox, setting: Setting, window: Window) -> list[str]:
    """List the items that have to be read in full: copies that decide the content, if they are not known as they are.

    That is the organizer's copy, and a guest's where no calendar of the organizer's is read. A room's copy never:
    the feed tells who has the room when, and rooms keep neither the body nor, often, the title.
    """
    return [
        seen.ref.item_id
        for seen in page.changed
        if seen.detail is None
        and seen.kind is ItemKind.SINGLE
        and not seen.is_cancelled
        and _tells_content(seen, mailbox, setting)
        and _concerns(seen, cases, mailbox, setting, window)
    ]


def completed(page: ChangePage, asked: list[str], read: Mapping[str, RemoteItem]) -> ChangePage:
    """Put the full readings into a page. What has vanished since is left out: the feed will tell of that next."""
    vanished = set(asked) - set(read)
    changed = (read.get(seen.ref.item_id, seen) for seen in page.changed if seen.ref.item_id not in vanished)
    return replace(page, changed=tuple(changed))


def plan_pull(
    page: ChangePage, cases: Cases, mailbox: Mailbox, setting: Setting, window: Window
) -> tuple[Revision, ...]:
    """Work out what a page of changes means for the cases it concerns. Nothing new: nothing to write.

    What is there comes before what is gone: an item that moved within the calendar is deleted under one id and
    there under another, and its event was never gone.
    """
    for seen in page.changed:
        if _concerns(seen, cases, mailbox, setting, window):
            case = cases.matching(mailbox.address, seen) or _begin(seen, mailbox, setting)
            twin = cases.twin(case, seen)
            if twin:
                case, emptied = absorb(case, twin)
                cases.put(emptied)
            cases.put(observe(case, mailbox, seen, setting))
    for item_id in page.deleted:
        known = cases.holding(mailbox.address, item_id)
        if known:
            cases.put(observe_absence(known, mailbox.address, item_id, setting))
    return tuple(conclude(before, case, setting) for before, case in cases.touched())


def _tells_content(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> bool:
    owned = seen.is_organizer or not seen.is_meeting or seen.organizer == mailbox.address
    return owned or (mailbox.kind is MailboxKind.PERSON and seen.organizer not in setting.mailboxes)


def _concerns(seen: RemoteItem, cases: Cases, mailbox: Mailbox, setting: Setting, window: Window) -> bool:
    if cases.is_echo(mailbox.address, seen):
        return False
    if cases.matching(mailbox.address, seen):
        return True
    return not seen.is_cancelled and (seen.kind is ItemKind.MASTER or not window.forgets(seen.end, setting.now))


def _begin(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> Case:
    return Case(event=event_of(seen, mailbox, setting))
