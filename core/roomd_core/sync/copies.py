"""What the copies of a series tell: the series itself, and what each mailbox has of it. Pure.

A mailbox may hold the whole series, single occurrences its owner was invited to, or both. The organizer's copy says
which occurrences there are. Any other copy that lacks one says only that its mailbox does not take part in it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from roomd_core.model import Answer, Content, ItemKind, Mailbox, MailboxKind, Reply
from roomd_core.recurrence import ModifiedOccurrence, Series
from roomd_core.sync.remote import RemoteException, RemoteItem, RemoteSeries

Named = TypeVar("Named", Reply, ModifiedOccurrence)
Part = TypeVar("Part", str, tuple[str, ...])


def told_series(seen: RemoteItem) -> RemoteSeries | None:
    """Return what a full reading of a master tells of its series."""
    return seen.detail.series if seen.detail else None


def series_in(seen: RemoteItem, known: Series | None) -> Series | None:
    """Return the series a copy tells of, None if it is no part of one.

    What was not read of it this time is taken from ``known``.
    """
    if seen.original_start is not None:
        return Series(recurrence=None, modified=(_alone(seen, seen.original_start),))
    told = told_series(seen)
    if told is None:
        return known if seen.kind is ItemKind.MASTER else None
    before = {each.original_start: each for each in known.modified} if known else {}
    owned = seen.is_organizer or not seen.is_meeting
    cancelled = {each.original_start for each in told.modified if owned and each.seen and each.seen.is_cancelled}
    modified = (_modified(each, seen, before) for each in told.modified if each.original_start not in cancelled)
    return Series(
        recurrence=told.recurrence,
        modified=_in_order(modified),
        deleted=tuple(sorted({*told.deleted, *cancelled})) if owned else (),
    )


def replies_of(seen: RemoteItem, known: Iterable[Reply] = ()) -> tuple[Reply, ...]:
    """Return what a guest's copy of a series says about single occurrences.

    What one that was not read this time had said is taken from ``known``.
    """
    told = told_series(seen)
    if told is None:
        return ()
    unread = {each.original_start for each in told.modified if each.seen is None}
    removed = (Reply(original_start=moment, answer=Answer.DECLINED) for moment in told.deleted)
    said = (
        Reply(original_start=each.original_start, answer=_answer(each.seen))
        for each in told.modified
        if each.seen and _answer(each.seen) is not seen.answer
    )
    return _in_order((*removed, *said, *(reply for reply in known if reply.original_start in unread)))


def exceptions_of(seen: RemoteItem) -> tuple[ModifiedOccurrence, ...]:
    """Return when the exceptions are that a guest's copy of a series lists."""
    told = told_series(seen)
    if told is None:
        return ()
    return _in_order(
        ModifiedOccurrence(original_start=each.original_start, start=each.start, end=each.end)
        for each in told.modified
    )


def with_alone(content: Content, seen: RemoteItem, original_start: datetime, mailbox: Mailbox) -> Content:
    """Add an occurrence somebody was invited to alone to a series of which nothing else is known."""
    if content.series is None or content.series.recurrence is not None:
        return content
    alone = _alone(seen, original_start, title=None if seen.title == content.title else seen.title)
    rooms = {mailbox.address} if mailbox.kind is MailboxKind.ROOM else set()
    return replace(
        content, series=content.series.with_modified(alone), rooms=tuple(sorted(rooms.union(content.rooms)))
    )


def _alone(seen: RemoteItem, original_start: datetime, *, title: str | None = None) -> ModifiedOccurrence:
    return ModifiedOccurrence(original_start=original_start, start=seen.start, end=seen.end, title=title)


def _modified(
    listed: RemoteException, master: RemoteItem, before: dict[datetime, ModifiedOccurrence]
) -> ModifiedOccurrence:
    """Return an exception; which rooms it has, only the organizer's copy knows for sure."""
    known = before.get(listed.original_start)
    moved = ModifiedOccurrence(original_start=listed.original_start, start=listed.start, end=listed.end)
    if listed.seen is None:
        return replace(known, start=listed.start, end=listed.end) if known else moved
    return replace(
        moved,
        title=_unless_same(listed.seen.title, master.title),
        location=_unless_same(listed.seen.location, master.location),
        body=_unless_same(_body(listed.seen), _body(master)),
        rooms=_unless_same(_rooms(listed.seen), _rooms(master)) if master.is_organizer else None,
    )


def _rooms(seen: RemoteItem) -> tuple[str, ...]:
    return tuple(sorted(seen.detail.rooms)) if seen.detail else ()


def _body(seen: RemoteItem) -> str:
    return seen.detail.body if seen.detail else ""


def _unless_same(part: Part, usual: Part) -> Part | None:
    return None if part == usual else part


def _answer(exception: RemoteItem) -> Answer:
    return Answer.DECLINED if exception.is_cancelled else exception.answer


def _in_order(named: Iterable[Named]) -> tuple[Named, ...]:
    return tuple(sorted(named, key=lambda each: each.original_start))
