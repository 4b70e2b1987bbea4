"""The short way for the first copy of a plain event, which nearly everything in a first reading is. Pure.

It comes to what observing and concluding come to, in one step: tests hold both against each other.
"""

from msgspec.structs import replace

from roomd_core.clock import whole_second
from roomd_core.model import EXCHANGE, Answer, Change, ChangeKind, ItemKind, Mailbox, Occupancy, Response
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.content import event_of, item_of
from roomd_core.sync.observe import observe
from roomd_core.sync.occurrences import STATE_OF
from roomd_core.sync.remote import RemoteItem


def is_plain(seen: RemoteItem, setting: Setting) -> bool:
    """Say whether a copy that matches no case may go the short way: it stands, alone, as the feed tells it.

    One that was made here, and that the store forgot, may not.
    """
    single = seen.kind is not ItemKind.MASTER and seen.original_start is None
    forgotten = seen.own_key is not None and setting.made_here(seen.own_key, seen.uid)
    return single and seen.detail is None and not seen.is_cancelled and not forgotten


def first_seen(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> Revision:
    """Return what becomes of a plain copy of an event that nothing is known of."""
    event = event_of(seen, mailbox, setting, responses=_said(seen, mailbox, setting))
    item = item_of(seen, mailbox, event.id)
    start = whole_second(seen.start)
    held = Occupancy(
        mailbox=mailbox.address,
        start=start,
        end=whole_second(seen.end),
        event=event.id,
        original_start=start,
        state=STATE_OF[item.answer],
    )
    told = Change(seq=0, at=setting.now, kind=ChangeKind.CREATED, event=event.id, actor=EXCHANGE, after=event.content)
    listed = mailbox.address in setting.mailboxes
    case = Case(event=event, items=(item,), occupancies=(held,) if listed else ())
    return Revision(before=None, after=case, entries=(told,))


def as_observed(revision: Revision, seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> Case:
    """Return the case of ``first_seen`` as it is before anything is concluded: its page tells more of it."""
    return observe(Case(event=replace(revision.after.event, responses=())), mailbox, seen, setting)


def _said(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> tuple[Response, ...]:
    """Return what a guest's copy answers."""
    if seen.is_organizer or not seen.is_meeting or seen.answer is Answer.NONE:
        return ()
    at = whole_second(seen.modified_at) if seen.modified_at else setting.now
    return (Response(address=mailbox.address, answer=seen.answer, at=at),)
