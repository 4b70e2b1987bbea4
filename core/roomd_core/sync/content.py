"""From a copy to what roomd keeps of it: the content it tells and the row that remembers it. Pure."""

from msgspec.structs import replace

from roomd_core.model import Answer, Content, Event, Item, Mailbox, MailboxKind, Origin
from roomd_core.sync.case import Setting
from roomd_core.sync.copies import exceptions_of, replies_of, series_in
from roomd_core.sync.remote import Detail, RemoteItem
from roomd_core.zones import same_clocks


def content_of(seen: RemoteItem, mailbox: Mailbox, known: Content | None = None) -> Content:
    """Return the content a copy tells; what only a full reading tells is taken from ``known`` where it is missing."""
    content = Content(
        title=seen.title,
        start=seen.start,
        end=seen.end,
        zone=_zone(seen, known),
        all_day=seen.all_day,
        location=seen.location,
        sensitivity=seen.sensitivity,
        show_as=seen.show_as,
        reminder=seen.reminder,
        categories=tuple(sorted(seen.categories)),
        series=series_in(seen, known.series if known else None),
    )
    if seen.detail:
        content = _with_detail(content, seen.detail, seen.organizer)
    elif known:
        content = replace(content, body=known.body, attendees=known.attendees, rooms=known.rooms)
    return _with_own_room(content, mailbox)


def _zone(seen: RemoteItem, known: Content | None) -> str:
    """Return the zone a copy tells, by the name it has here: Exchange has one for many zones of equal clocks."""
    if known is not None and same_clocks(known.zone, seen.zone, seen.start.year):
        return known.zone
    return seen.zone


def item_of(seen: RemoteItem, mailbox: Mailbox, event: str) -> Item:
    """Return the row that remembers a copy. Something that is no meeting belongs to whose calendar it is in."""
    owned = seen.is_organizer or not seen.is_meeting
    return Item(
        mailbox=mailbox.address,
        ref=seen.ref,
        event=event,
        kind=seen.kind,
        is_organizer=owned,
        answer=Answer.ACCEPTED if owned else seen.answer,
        modified_at=seen.modified_at and seen.modified_at.replace(microsecond=0),
        original_start=seen.original_start,
        replies=() if owned else replies_of(seen),
        start=seen.start.replace(microsecond=0),
        end=seen.end.replace(microsecond=0),
        exceptions=() if owned else exceptions_of(seen),
    )


def event_of(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> Event:
    """Return an event made in Exchange, as the first copy read of it tells.

    One that this installation made, and that its store no longer knows, is one made here.
    """
    key = seen.own_key if seen.is_organizer or not seen.is_meeting else None
    content = content_of(seen, mailbox)
    event = setting.new_id()
    return Event(
        id=event,
        origin=Origin.LOCAL if setting.made_here(key, seen.uid) else Origin.EXCHANGE,
        organizer=seen.organizer or mailbox.address,
        organizer_name=seen.organizer_name,
        content=content,
        base=content,
        uid=seen.uid or event,
        global_id=seen.global_id,
        key=key if setting.made_here(key, seen.uid) else None,
        title_is_organizer=title_is_organizer(seen, mailbox),
        created_at=setting.now,
        changed_at=setting.now,
    )


def title_is_organizer(seen: RemoteItem, mailbox: Mailbox) -> bool:
    """Say whether a room has put its organizer's name where the title was (Set-CalendarProcessing DeleteSubject)."""
    is_room_copy = mailbox.kind is MailboxKind.ROOM and seen.is_meeting and not seen.is_organizer
    return is_room_copy and bool(seen.title.strip()) and seen.title.strip() == seen.organizer_name.strip()


def _with_detail(content: Content, detail: Detail, organizer: str) -> Content:
    """Add what a full reading tells. Some servers list the organizer among the attendees; nobody invites himself."""
    attendees = tuple(sorted(who for who in detail.attendees if who.address != organizer))
    return replace(content, body=detail.body, attendees=attendees, rooms=tuple(sorted(detail.rooms)))


def _with_own_room(content: Content, mailbox: Mailbox) -> Content:
    if mailbox.kind is not MailboxKind.ROOM or mailbox.address in content.rooms:
        return content
    return replace(content, rooms=tuple(sorted((*content.rooms, mailbox.address))))
