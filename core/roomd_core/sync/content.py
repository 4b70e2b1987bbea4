"""From a copy to what roomd keeps of it: the content it tells and the row that remembers it. Pure."""

from roomd_core.clock import whole_second
from roomd_core.model import Answer, Attendee, Content, Event, Item, Mailbox, MailboxKind, Origin, Response
from roomd_core.sync.case import Setting
from roomd_core.sync.copies import exceptions_of, replies_of, series_in
from roomd_core.sync.remote import RemoteItem
from roomd_core.zones import same_clocks


def content_of(seen: RemoteItem, mailbox: Mailbox, known: Content | None = None) -> Content:
    """Return the content a copy tells; what only a full reading tells is taken from ``known`` where it is missing."""
    body, attendees, rooms = _in_full(seen, known)
    return Content(
        title=seen.title,
        start=seen.start,
        end=seen.end,
        zone=_zone(seen, known),
        all_day=seen.all_day,
        location=seen.location,
        body=body,
        sensitivity=seen.sensitivity,
        show_as=seen.show_as,
        reminder=seen.reminder,
        categories=tuple(sorted(seen.categories)),
        attendees=attendees,
        rooms=_with_own_room(rooms, mailbox),
        series=series_in(seen, known.series if known else None),
    )


def _zone(seen: RemoteItem, known: Content | None) -> str:
    """Return the zone a copy tells, by the name it has here: Exchange has one for many zones of equal clocks."""
    if known is not None and same_clocks(known.zone, seen.zone, seen.start.year):
        return known.zone
    return seen.zone


def item_of(seen: RemoteItem, mailbox: Mailbox, event: str, known: Item | None = None) -> Item:
    """Return the row that remembers a copy. Something that is no meeting belongs to whose calendar it is in.

    What was not read of it this time is taken from ``known``.
    """
    owned = seen.is_organizer or not seen.is_meeting
    return Item(
        mailbox=mailbox.address,
        ref=seen.ref,
        event=event,
        kind=seen.kind,
        is_organizer=owned,
        answer=Answer.ACCEPTED if owned else seen.answer,
        modified_at=seen.modified_at and whole_second(seen.modified_at),
        original_start=seen.original_start,
        replies=() if owned else replies_of(seen, known.replies if known else ()),
        start=whole_second(seen.start),
        end=whole_second(seen.end),
        exceptions=() if owned else exceptions_of(seen),
    )


def event_of(seen: RemoteItem, mailbox: Mailbox, setting: Setting, *, responses: tuple[Response, ...] = ()) -> Event:
    """Return an event made in Exchange, as the first copy read of it tells.

    One that this installation made, and that its store no longer knows, is one made here.
    """
    key = seen.own_key if seen.is_organizer or not seen.is_meeting else None
    here = setting.made_here(key, seen.uid)
    content = content_of(seen, mailbox)
    event = setting.new_id()
    return Event(
        id=event,
        origin=Origin.LOCAL if here else Origin.EXCHANGE,
        organizer=seen.organizer or mailbox.address,
        organizer_name=seen.organizer_name,
        content=content,
        base=content,
        responses=responses,
        uid=seen.uid or event,
        global_id=seen.global_id,
        key=key if here else None,
        title_is_organizer=title_is_organizer(seen, mailbox),
        created_at=setting.now,
        changed_at=setting.now,
    )


def title_is_organizer(seen: RemoteItem, mailbox: Mailbox) -> bool:
    """Say whether a room has put its organizer's name where the title was (Set-CalendarProcessing DeleteSubject)."""
    is_room_copy = mailbox.kind is MailboxKind.ROOM and seen.is_meeting and not seen.is_organizer
    return is_room_copy and bool(seen.title.strip()) and seen.title.strip() == seen.organizer_name.strip()


def _in_full(seen: RemoteItem, known: Content | None) -> tuple[str, tuple[Attendee, ...], tuple[str, ...]]:
    """Return body, people and rooms. Some servers list the organizer among the people; nobody invites himself."""
    if seen.detail:
        attendees = tuple(sorted(who for who in seen.detail.attendees if who.address != seen.organizer))
        return seen.detail.body, attendees, tuple(sorted(seen.detail.rooms))
    return (known.body, known.attendees, known.rooms) if known else ("", (), ())


def _with_own_room(rooms: tuple[str, ...], mailbox: Mailbox) -> tuple[str, ...]:
    if mailbox.kind is not MailboxKind.ROOM or mailbox.address in rooms:
        return rooms
    return tuple(sorted((*rooms, mailbox.address)))
