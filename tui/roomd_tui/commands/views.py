"""Answers in words, for a terminal: pure functions from the wire's structs to lines."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from roomd_core.api.wire import EventView, MailboxStatus, Throttled
from roomd_core.model import KnownBy, MailboxKind, RoomAnswer, Run
from roomd_core.zones import zone_of
from roomd_tui import words
from roomd_tui.cells import table
from roomd_tui.moments import age_text, clock_text, moment_text, span_text
from roomd_tui.words import count

SHOWN_OCCURRENCES = 8
"""The next occurrences of a series that are listed; `--json` has all."""


def event_text(event: EventView, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Write an event, a fact a line; what is empty is left out. Of a series, the next occurrences after ``now``."""
    facts = [
        ("id", event.id),
        ("title", event.title + (" (private)" if event.private else "")),
        ("when", f"{span_text(event.start, event.end, zone)} ({zone.key})"),
        ("recurs", event.recurs),
        *(("occurrence", text) for text in _occurrence_texts(event, zone, now)),
        ("organizer", f"{event.organizer_name or event.organizer} <{event.organizer}>"),
        *(("room", f"{room.name}: {words.ANSWER[room.answer]}") for room in event.rooms),
        *(("invited", f"{one.address} ({one.role}): {words.ANSWER[one.answer]}") for one in event.attendees),
        ("location", event.location),
        ("state", f"{words.EVENT[event.state]}, {words.ORIGIN[event.origin]}"),
        ("conflict", ", ".join(event.conflicts)),
        ("note", event.note),
        ("body", event.body),
    ]
    return table([fact for fact in facts if fact[1]])


def _occurrence_texts(event: EventView, zone: ZoneInfo, now: datetime | None) -> list[str]:
    """Write the next occurrences, each with the day it is named by."""
    clocks = zone_of(event.zone)
    coming = [each for each in event.occurrences if now is None or each.end > now]
    told = [
        f"{each.original_start.astimezone(clocks).date()}: {span_text(each.start, each.end, zone)}"
        for each in coming[:SHOWN_OCCURRENCES]
    ]
    left = len(coming) - len(told)
    return [*told, f"and {left} more"] if left else told


def run_text(run: Run, zone: ZoneInfo) -> str:
    """Write a sync run in a line, and a line for each mailbox that failed."""
    if run.finished_at is None:
        return f"run {run.id} is under way since {clock_text(run.started_at, zone)}"
    took = (run.finished_at - run.started_at).total_seconds()
    done = f"run {run.id} at {clock_text(run.started_at, zone)} took {took:.1f} s: {_work_text(run)}"
    return "\n".join([done, *(f"  {error.mailbox}: {error.message}" for error in run.errors)])


def _work_text(run: Run) -> str:
    """Write what a run did; what it did not do is left out, but for the reading."""
    done = {"created": run.created, "changed": run.changed, "deleted": run.deleted, "pushed": run.pushed}
    parts = [f"{count(run.mailboxes, 'mailbox', 'mailboxes')} read"]
    parts += [f"{number} {work}" for work, number in done.items() if number]
    parts += [count(run.conflicts, "conflict")] if run.conflicts else []
    parts += [count(len(run.errors), "mailbox failed", "mailboxes failed")] if run.errors else []
    return ", ".join(parts)


def mailbox_rows(mailboxes: Iterable[MailboxStatus], now: datetime) -> list[tuple[str, ...]]:
    """Write mailboxes as rows of a table: name, address, seats and features, health, how old the knowledge is."""
    return [
        (
            one.mailbox.name,
            one.mailbox.address,
            room_facts(one) if one.mailbox.kind is MailboxKind.ROOM else "person",
            words.HEALTH[one.health],
            read_text(one, now),
        )
        for one in mailboxes
    ]


def room_facts(status: MailboxStatus) -> str:
    """Write a room's seats and features, and who answers for it where that is known."""
    seats = [count(status.mailbox.capacity, "seat")] if status.mailbox.capacity else []
    return ", ".join([*seats, *status.mailbox.features, *_answering(status)])


def _answering(status: MailboxStatus) -> list[str]:
    found = status.answering
    if found is None or found.known_by is KnownBy.UNKNOWN:
        return []
    return [f"{'Exchange' if found.who is RoomAnswer.EXCHANGE else 'roomd'} answers ({found.known_by})"]


def read_text(status: MailboxStatus, now: datetime) -> str:
    """Write when a mailbox was last read, and what was wrong the last time."""
    read_at = status.freshness.read_at
    read = f"read {age_text(now - read_at)} ago" if read_at else "never read"
    return "; ".join(filter(None, (read, status.freshness.error, status.notice)))


def throttled_text(held: Throttled | None, zone: ZoneInfo) -> str:
    """Write how far requests are held back, and until when; nothing where they are not."""
    if held is None:
        return ""
    slower = f"{held.at_once} of {held.most} requests at once{since_text(held.since, zone)}, for it was busy"
    return f"{slower}; all again at {clock_text(held.until, zone)} if it is quiet"


def since_text(moment: datetime | None, zone: ZoneInfo) -> str:
    """Write since when, or nothing."""
    return f" since {moment_text(moment, zone)}" if moment else ""
