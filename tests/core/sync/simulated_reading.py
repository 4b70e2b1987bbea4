"""What a simulated Exchange tells of its copies: in full, in the feed, in a view, and as free/busy."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from core.sync.simulated_copy import Calendar, Copy, invited
from roomd_core.model import Answer, ItemKind, ItemRef, Response, ShowAs
from roomd_core.recurrence import ModifiedOccurrence
from roomd_core.sync.remote import (
    Busy,
    ChangePage,
    Detail,
    Rejected,
    RemoteException,
    RemoteItem,
    RemoteSeries,
    Shown,
    StateInvalid,
)

LONGEST_VIEW = timedelta(days=2 * 366)
LONGEST_AVAILABILITY = timedelta(days=62)


def seen(copy: Copy, *, full: bool, named: bool = True) -> RemoteItem:
    """Tell a copy. ``named`` says whether the feed carries UIDs and our keys."""
    content = copy.content
    return RemoteItem(
        ref=copy.ref,
        kind=copy.kind,
        uid=copy.uid if full or named else None,
        global_id=copy.global_id,
        own_key=copy.own_key if full or named else None,
        organizer=copy.organizer,
        organizer_name=copy.organizer.title(),
        is_organizer=copy.is_organizer,
        is_meeting=copy.is_meeting,
        is_cancelled=copy.is_cancelled,
        answer=Answer.NONE if copy.is_organizer else copy.answer,
        title=content.title,
        start=content.start,
        end=content.end,
        zone=content.zone,
        all_day=content.all_day,
        location=content.location,
        sensitivity=content.sensitivity,
        show_as=content.show_as,
        reminder=content.reminder,
        categories=content.categories,
        modified_at=copy.modified_at,
        original_start=copy.original_start,
        detail=_detail_of(copy) if full else None,
    )


def told(calendar: Calendar) -> dict[str, RemoteItem]:
    """Tell all that is in a calendar in full, exceptions of series as items of their own, by item id."""
    items = [seen(copy, full=True) for copy in calendar.copies.values()]
    exceptions = [
        each
        for copy, master in zip(calendar.copies.values(), items, strict=True)
        for each in _exceptions_told(copy, master)
    ]
    return {each.ref.item_id: each for each in (*items, *exceptions)}


def page_of(calendar: Calendar, state: str | None, size: int, *, named: bool) -> ChangePage:
    """Tell of the change feed what comes after a state. Raise StateInvalid."""
    position = _position_in(calendar, state)
    ids = list(dict.fromkeys(reversed(calendar.feed[position:])))[::-1]
    shown = ids[:size]
    last = len(ids) <= size
    end = len(calendar.feed) if last else 1 + max(_latest_in(calendar.feed, item) for item in shown)
    return ChangePage(
        state=f"{calendar.address}:{calendar.epoch}:{end}",
        changed=tuple(seen(calendar.copies[i], full=False, named=named) for i in shown if i in calendar.copies),
        deleted=tuple(i for i in shown if i not in calendar.copies and i in calendar.feed[:position]),
        last=last,
    )


def shown_in(calendar: Calendar, start: datetime, end: datetime, shift: timedelta) -> list[Shown]:
    """Show what a calendar has between two instants, at times that are off by ``shift``. Raise Rejected."""
    if end < start or end - start > LONGEST_VIEW:
        raise Rejected("A view is of two years at most.", code="ErrorCalendarViewRangeTooBig")
    placed = (each for copy in calendar.copies.values() for each in _placed(copy))
    moved = (replace(each, start=each.start + shift, end=each.end + shift) for each in placed)
    return [each for each in moved if each.start < end and start < each.end]


def busy_in(calendar: Calendar, start: datetime, end: datetime) -> list[Busy]:
    """Tell as free/busy what takes a calendar's time. Raise Rejected."""
    if end - start > LONGEST_AVAILABILITY:
        raise Rejected("Free/busy is of 62 days at most.", code="ErrorTimeIntervalTooBig")
    spans = (span for copy in calendar.copies.values() if copy.holds_time for span in copy.spans())
    taken = ((begins, ends) for begins, ends in spans if begins < end and start < ends)
    return [Busy(mailbox=calendar.address, start=begins, end=ends) for begins, ends in taken]


def standing(copy: Copy) -> list[ModifiedOccurrence]:
    """List the exceptions of a series that are in this copy."""
    modified = copy.content.series.modified if copy.content.series else ()
    return [each for each in modified if each.original_start not in copy.left]


def _placed(copy: Copy) -> Iterator[Shown]:
    whole = Shown(
        item_id=copy.item_id,
        global_id=copy.global_id,
        title=copy.content.title,
        start=copy.content.start,
        end=copy.content.end,
        is_cancelled=copy.is_cancelled,
    )
    if copy.content.series is None:
        yield whole
        return
    for each in copy.occurrences():
        if each.original_start not in copy.left:
            yield replace(
                whole,
                item_id=_occurrence_id(copy, each.original_start),
                title=_title_of(copy, each.original_start, each.modified),
                start=each.start,
                end=each.end,
                is_cancelled=copy.is_cancelled or each.original_start in copy.called_off,
            )


def _detail_of(copy: Copy) -> Detail:
    content = copy.content
    asked = sorted(invited(content) - {copy.organizer})
    lines = content.body.splitlines()
    return Detail(
        body="".join(f"{line}\r\n" for line in lines),
        attendees=tuple(each for each in content.attendees if each.address != copy.organizer),
        rooms=content.rooms,
        responses=tuple(copy.responses.get(who, Response(address=who, answer=Answer.NONE)) for who in asked),
        series=_series_of(copy),
    )


def _series_of(copy: Copy) -> RemoteSeries | None:
    series = copy.content.series
    if series is None:
        return None
    assert series.recurrence is not None
    modified = (
        RemoteException(
            item_id=_occurrence_id(copy, each.original_start),
            original_start=each.original_start,
            start=each.start,
            end=each.end,
        )
        for each in standing(copy)
    )
    deleted = tuple(sorted({*series.deleted, *copy.left}))
    return RemoteSeries(recurrence=series.recurrence, modified=tuple(modified), deleted=deleted)


def _exceptions_told(copy: Copy, master: RemoteItem) -> Iterator[RemoteItem]:
    for each in standing(copy):
        assert master.detail is not None
        is_cancelled = copy.is_cancelled or each.original_start in copy.called_off
        answer = copy.said.get(each.original_start, master.answer)
        rooms = copy.content.rooms if each.rooms is None else each.rooms
        shown = master.show_as if answer is master.answer else ShowAs.TENTATIVE
        yield replace(
            master,
            ref=ItemRef(item_id=_occurrence_id(copy, each.original_start), change_key=copy.ref.change_key),
            kind=ItemKind.EXCEPTION,
            title=_title_of(copy, each.original_start, each),
            location=each.location if each.location is not None else master.location,
            start=each.start,
            end=each.end,
            show_as=ShowAs.FREE if is_cancelled else shown,
            is_meeting=master.is_meeting or bool(rooms),
            is_cancelled=is_cancelled,
            answer=answer,
            original_start=each.original_start,
            detail=replace(
                master.detail,
                rooms=rooms,
                series=None,
                body=master.detail.body if each.body is None else each.body,
            ),
        )


def _title_of(copy: Copy, original_start: datetime, exception: ModifiedOccurrence | None) -> str:
    told = exception.title if exception else None
    title = copy.content.title if told is None else told
    return f"Canceled: {title}" if original_start in copy.called_off else title


def _occurrence_id(copy: Copy, original_start: datetime) -> str:
    return f"{copy.item_id}/{original_start:%Y%m%d}"


def _position_in(calendar: Calendar, state: str | None) -> int:
    if state is None:
        return 0
    given, _, position = state.rpartition(":")
    if given != f"{calendar.address}:{calendar.epoch}":
        raise StateInvalid("The sync state is not valid.", code="ErrorInvalidSyncStateData")
    return int(position)


def _latest_in(feed: Sequence[str], item: str) -> int:
    return len(feed) - 1 - list(reversed(feed)).index(item)
