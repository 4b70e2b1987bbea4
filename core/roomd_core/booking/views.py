"""What a caller sees of events. Pure; private events of others show only who has which room when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api.wire import (
    EventState,
    EventView,
    Health,
    MailboxStatus,
    Participant,
    RoomReply,
    Span,
)
from roomd_core.booking.rules import may_change
from roomd_core.model import (
    Answer,
    AuditedMailbox,
    Conflict,
    Content,
    Event,
    EventStatus,
    Finding,
    Freshness,
    Item,
    Mailbox,
    MailboxKind,
    Occupancy,
    Operation,
    OperationState,
    PassedOver,
    PlannedWrite,
    RoomAnswers,
    Sensitivity,
    Watch,
    WatchMeans,
    answering,
)
from roomd_core.recurrence import in_words

PRIVATE = "Private"
Found = TypeVar("Found", Finding, PassedOver)
_UNWATCHED = Watch()


def may_read(caller: Caller, event: Event) -> bool:
    """Tell whether the caller may see more than who has which room when."""
    invited = any(attendee.address == caller.mailbox for attendee in event.content.attendees)
    return not is_private(event) or invited or caller.may_act_for(event.organizer)


def is_private(event: Event) -> bool:
    """Tell whether the event is for the eyes of its participants alone."""
    return event.content.sensitivity is not Sensitivity.NORMAL


def event_view(  # noqa: PLR0913 - what is known around an event
    event: Event,
    operations: Sequence[Operation],
    conflicts: Sequence[Conflict],
    mailboxes: Mapping[str, Mailbox],
    caller: Caller,
    *,
    items: Sequence[Item] = (),
) -> EventView:
    """Return an event as the caller may see it; ``operations`` are its open ones, ``mailboxes`` by address.

    ``items`` are its copies.
    """
    content, readable = event.content, may_read(caller, event)
    answers = {response.address: response.answer for response in event.responses}
    return EventView(
        id=event.id,
        version=event.version,
        origin=event.origin,
        state=state_of(event, operations),
        status=event.status,
        organizer=event.organizer,
        organizer_name=organizer_name(event, mailboxes),
        title=content.title if readable else PRIVATE,
        start=content.start,
        end=content.end,
        zone=content.zone,
        recurs=_recurs(content),
        recurrence=content.series.recurrence if content.series else None,
        all_day=content.all_day,
        private=is_private(event),
        location=content.location if readable else "",
        body=content.body if readable else "",
        rooms=tuple(
            RoomReply(address=room, name=name_of(room, mailboxes), answer=answers.get(room, Answer.NONE))
            for room in content.rooms
        ),
        attendees=tuple(
            Participant(address=who.address, role=who.role, answer=answers.get(who.address, Answer.NONE))
            for who in (content.attendees if readable else ())
        ),
        conflicts=tuple(conflict.id for conflict in conflicts),
        note=_note(event, operations, mailboxes, items) if readable else "",
    )


def state_of(event: Event, operations: Iterable[Operation]) -> EventState:
    """Say where an event stands between here and Exchange, by its open operations."""
    states = {operation.state for operation in operations}
    if OperationState.UNKNOWN in states:
        return EventState.UNKNOWN
    if states & {OperationState.QUEUED, OperationState.SENDING}:
        return EventState.PENDING
    if OperationState.PARKED in states:
        return EventState.REFUSED
    return EventState.CANCELLED if event.status is EventStatus.CANCELLED else EventState.SYNCED


def _note(
    event: Event, operations: Sequence[Operation], mailboxes: Mapping[str, Mailbox], items: Sequence[Item]
) -> str:
    """Say, for people, what the fields alone do not tell."""
    notes = [sentence for operation in operations if (sentence := _note_on(operation))]
    if event.title_is_organizer:
        notes.append("The room replaced the title by the organizer's name.")
    if missing := [name_of(item.mailbox, mailboxes) for item in items if item.missing]:
        notes.append(f"No longer in the calendar of {', '.join(missing)}; kept here.")
    declined = [
        name_of(said.address, mailboxes)
        for said in event.responses
        if said.answer is Answer.DECLINED and said.address in event.content.rooms
    ]
    if declined and event.status is EventStatus.CONFIRMED:
        notes.append(f"Declined by {', '.join(declined)}.")
    return " ".join(notes)


def _note_on(operation: Operation) -> str:
    error = (operation.error or "").rstrip(".")
    if operation.state is OperationState.PARKED:
        return f"Not in Exchange: {error or 'no reason was given'}. See the conflict."
    if operation.state is OperationState.UNKNOWN:
        return "Sent to Exchange and the answer was lost: roomd is looking it up."
    if operation.after is not None and not operation.attempts:
        return "Made in Exchange as soon as the series before it has ended there."
    return f"Waiting for Exchange: {error}." if error else ""


def name_of(address: str, mailboxes: Mapping[str, Mailbox]) -> str:
    """Return what people call a mailbox; of one roomd does not look after, its address."""
    mailbox = mailboxes.get(address)
    return mailbox.name if mailbox else address


def organizer_name(event: Event, mailboxes: Mapping[str, Mailbox]) -> str:
    """Return what people call the organizer."""
    return event.organizer_name or name_of(event.organizer, mailboxes)


def span(occupancy: Occupancy, event: Event, mailboxes: Mapping[str, Mailbox], caller: Caller) -> Span:
    """Return one occupancy as a timeline shows it."""
    return Span(
        event=event.id,
        start=occupancy.start,
        end=occupancy.end,
        title=_title(event.content, occupancy) if may_read(caller, event) else PRIVATE,
        organizer=organizer_name(event, mailboxes),
        origin=event.origin,
        state=occupancy.state,
        cancelled=event.status is EventStatus.CANCELLED,
        private=is_private(event),
        mine=may_change(caller, event, mailboxes),
        recurring=event.content.series is not None,
        original_start=occupancy.original_start,
    )


def _title(content: Content, occupancy: Occupancy) -> str:
    """Return the title of an occurrence: its own, if it was given one."""
    modified = content.series.modified if content.series else ()
    own = (each.title for each in modified if each.original_start == occupancy.original_start)
    return next(own, None) or content.title


def _recurs(content: Content) -> str:
    if content.series is None:
        return ""
    rule = content.series.recurrence
    return in_words(rule) if rule else "single occurrences of a series"


def planned_view(write: PlannedWrite, event: Event, caller: Caller) -> PlannedWrite:
    """Return a planned write as the caller may see it: of a private event of another, only that there is one."""
    return write if may_read(caller, event) else replace(write, units=(), mails=(), waiting="")


def audit_view(audited: AuditedMailbox, events: Mapping[str, Event], caller: Caller) -> AuditedMailbox:
    """Return what an audit found as the caller may see it: of what is not theirs to read, that and when it is."""
    shown = (_finding_view(found, events.get(found.event or ""), caller) for found in audited.findings)
    left_out = (_finding_view(found, events.get(found.event or ""), caller) for found in audited.passed_over)
    return replace(audited, findings=tuple(shown), passed_over=tuple(left_out))


def _finding_view(found: Found, event: Event | None, caller: Caller) -> Found:
    """What roomd does not know may be private: its title is for those who may act for its mailbox."""
    readable = may_read(caller, event) if event else caller.may_act_for(found.mailbox)
    return found if readable else replace(found, title=PRIVATE)


def mailbox_status(
    mailbox: Mailbox, freshness: Freshness | None, watch: Watch = _UNWATCHED, answers: RoomAnswers | None = None
) -> MailboxStatus:
    """Return a mailbox and how well it is known; ``answers`` is what was found out about a room's attendant."""
    known = freshness or Freshness(address=mailbox.address)
    return MailboxStatus(
        mailbox=mailbox,
        freshness=known,
        health=_health(known),
        watch=watch,
        known_at=_known_at(known, watch),
        answering=answering(mailbox, answers) if mailbox.kind is MailboxKind.ROOM else None,
        notice=_notice(mailbox, known),
    )


def _notice(mailbox: Mailbox, known: Freshness) -> str:
    """Say that a mailbox is gone, or which items were passed over: the first in full, the others by their number."""
    if known.is_gone and known.unknown:
        return (
            f"{mailbox.address} is gone: Exchange has known no such mailbox since "
            f"{known.unknown.since:%Y-%m-%d %H:%M} UTC. Take it off roomd's list; what is known of it is kept"
        )
    if not known.unreadable:
        return ""
    first, count = known.unreadable[0], len(known.unreadable)
    title = f"{first.title!r}, " if first.title else ""
    how_many = "one item" if count == 1 else f"{count} items"
    return f"{how_many} of {mailbox.address} cannot be read: {title}{first.reason}"


def _known_at(known: Freshness, watch: Watch) -> datetime | None:
    """A sign of life says that nothing changed since the reading, if that reading went well."""
    if watch.means is WatchMeans.POLLING or known.error or not (known.read_at and watch.heard_at):
        return known.read_at
    return max(known.read_at, watch.heard_at)


def _health(known: Freshness) -> Health:
    if known.error is not None:
        return Health.FAILING
    return Health.UNTRIED if known.tried_at is None else Health.OK
