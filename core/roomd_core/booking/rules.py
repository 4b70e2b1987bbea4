"""What may be booked and by whom. Pure: a request and what is known in, a content to store out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import UNSET, Struct
from msgspec.structs import replace

from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch
from roomd_core.booking.people import attendees, organizer_for, rooms_named
from roomd_core.booking.repeating import repeated
from roomd_core.booking.spans import in_utc, require_ahead, require_order, zone_named
from roomd_core.booking.text import line, sendable, title
from roomd_core.errors import Invalid, NotAllowed, VersionMismatch
from roomd_core.model import EXCHANGE, Content, Event, EventStatus, Mailbox, MailboxKind, Sensitivity
from roomd_core.occurrences import is_known_in_part


class Draft(Struct, frozen=True, kw_only=True):
    """A booking that keeps every rule that can be checked without looking at other bookings."""

    organizer: Mailbox
    content: Content


def draft(booking: Booking, caller: Caller, mailboxes: Sequence[Mailbox], now: datetime) -> Draft:
    """Check a booking and return what would be stored. Raises Invalid, NotFound, NotAllowed."""
    organizer = organizer_for(caller, booking.organizer, mailboxes)
    rooms = rooms_named(booking.rooms, mailboxes)
    if not rooms:
        raise Invalid("rooms", "is empty; name at least one room")
    start, end = in_utc("start", booking.start), in_utc("end", booking.end)
    require_order(start, end)
    require_ahead(start, now)
    content = Content(
        title=title(booking.title),
        start=start,
        end=end,
        zone=zone_named(booking.zone).key,
        location=line("location", booking.location),
        body=sendable("body", booking.body),
        sensitivity=Sensitivity.PRIVATE if booking.private else Sensitivity.NORMAL,
        attendees=attendees(booking.attendees, organizer.address, mailboxes),
        rooms=tuple(sorted(room.address for room in rooms)),
    )
    if booking.recurrence is not None:
        content = repeated(content, booking.recurrence)
    return Draft(organizer=organizer, content=content)


def amend(event: Event, patch: EventPatch, mailboxes: Sequence[Mailbox], now: datetime) -> Content:
    """Return an event's content with the given fields changed; what is not given is not asked about.

    Raises Invalid, NotFound.
    """
    content = _moved(event.content, patch, now)
    if patch.title is not UNSET:
        content = replace(content, title=title(patch.title))
    if patch.location is not UNSET:
        content = replace(content, location=line("location", patch.location))
    if patch.body is not UNSET:
        content = replace(content, body=sendable("body", patch.body))
    if patch.private is not UNSET:
        content = replace(content, sensitivity=_sensitivity(content.sensitivity, private=patch.private))
    if patch.attendees is not UNSET:
        content = replace(content, attendees=attendees(patch.attendees, event.organizer, mailboxes))
    if patch.rooms is not UNSET:
        rooms = rooms_named(patch.rooms, mailboxes)
        content = replace(content, rooms=tuple(sorted(room.address for room in rooms)))
    if patch.recurrence is not UNSET:
        content = repeated(content, patch.recurrence)
    return content


def _moved(content: Content, patch: EventPatch, now: datetime) -> Content:
    start = content.start if patch.start is UNSET else in_utc("start", patch.start)
    end = content.end if patch.end is UNSET else in_utc("end", patch.end)
    zone = content.zone if patch.zone is UNSET else zone_named(patch.zone).key
    if (start, end) != (content.start, content.end):
        require_order(start, end)
        # A meeting of whole days that is given other hours is one no longer.
        content = replace(content, all_day=False)
    if start != content.start:
        require_ahead(start, now)
    return replace(content, start=start, end=end, zone=zone)


def _sensitivity(current: Sensitivity, *, private: bool) -> Sensitivity:
    """Return the sensitivity asked for; what is personal or confidential is private already and stays as it is."""
    if not private:
        return Sensitivity.NORMAL
    return Sensitivity.PRIVATE if current is Sensitivity.NORMAL else current


def may_change(caller: Caller, event: Event, mailboxes: Mapping[str, Mailbox]) -> bool:
    """Tell whether the caller may change or cancel the event: as its organizer, a listed person."""
    return _is_ours(event, mailboxes) and caller.may_act_for(event.organizer)


def _is_ours(event: Event, mailboxes: Mapping[str, Mailbox]) -> bool:
    organizer = mailboxes.get(event.organizer)
    return organizer is not None and organizer.kind is MailboxKind.PERSON


def require_may_change(caller: Caller, event: Event, mailboxes: Sequence[Mailbox]) -> None:
    """Raise NotAllowed unless the caller may change or cancel the event, and roomd can."""
    if not _is_ours(event, {mailbox.address: mailbox for mailbox in mailboxes}):
        whose = event.organizer_name or event.organizer or "somebody unknown"
        raise NotAllowed(
            f"This event is {whose}'s, who is not among the people roomd looks after; change it in Outlook."
        )
    caller.require_may_act_for(event.organizer, to="change this event")
    if is_known_in_part(event.content):
        raise NotAllowed("Of this series only single occurrences are known here; change it in Outlook.")


def require_version(event: Event, version: int | None) -> None:
    """Raise VersionMismatch if the event is no longer at the version the caller read."""
    if version is not None and version != event.version:
        raise VersionMismatch(
            f"The event is at version {event.version}, and version {version} was read; read it again, then decide."
        )


def require_standing(event: Event, cancelled_by: str | None) -> None:
    """Raise NotAllowed for an event somebody cancelled here. One that vanished from Exchange is brought back."""
    if event.status is EventStatus.CANCELLED and cancelled_by != EXCHANGE:
        raise NotAllowed(f"This event was cancelled by {cancelled_by or 'somebody'}; book again instead.")
