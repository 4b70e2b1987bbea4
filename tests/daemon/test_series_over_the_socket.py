"""Series over the socket: booked, changed and called off by the occurrences that are meant."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from daemon.live_daemon import ROOM, TOMORROW, LiveDaemon, a_booking
from roomd_core.api import params, wire
from roomd_core.api.client import ProblemError
from roomd_core.model import EventStatus
from roomd_core.recurrence import AbsoluteMonthly, Daily, Numbered
from roomd_core.sync.remote import Busy

A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAILY = wire.Repeat(pattern=Daily(), range=Numbered(count=60))
THIRD = TOMORROW + 2 * A_DAY


async def book(daemon: LiveDaemon) -> wire.EventView:
    booked = await daemon.client.book(replace(a_booking(), recurrence=DAILY), wait=True)
    return await daemon.client.event(booked.id)


async def test_a_series_is_booked_and_lists_its_occurrences(daemon: LiveDaemon) -> None:
    booked = await book(daemon)

    assert (booked.state, booked.recurs) == (wire.EventState.SYNCED, "every day, 60 times")
    assert [each.start for each in booked.occurrences] == [TOMORROW + n * A_DAY for n in range(60)]


async def test_free_busy_is_asked_in_slices_exchange_allows_and_counts_every_occurrence(daemon: LiveDaemon) -> None:
    last = TOMORROW + 59 * A_DAY
    daemon.exchange.busy = [Busy(mailbox=ROOM, start=last, end=last + HOUR)]

    with pytest.raises(ProblemError) as refused:
        await book(daemon)
    assert refused.value.problem.type == "urn:roomd:problem:room-taken"
    assert "at 1 of 60 times" in refused.value.problem.detail
    assert refused.value.problem.until == last + HOUR
    assert max(end - start for start, end in daemon.exchange.asked_about) <= timedelta(days=42)
    assert len(daemon.exchange.asked_about) == 2


async def test_one_occurrence_is_changed_and_another_called_off(daemon: LiveDaemon) -> None:
    booked = await book(daemon)

    later = THIRD + 2 * HOUR
    patch = wire.EventPatch(start=later, end=later + HOUR, title="Special")
    changed = await daemon.client.change(
        booked.id, patch, scope=wire.Scope.THIS, occurrence=THIRD, version=booked.version, wait=True
    )
    await daemon.client.cancel(booked.id, scope=wire.Scope.THIS, occurrence=THIRD + A_DAY, wait=True)

    assert (changed.id, changed.title, changed.state) == (booked.id, "Weekly", wire.EventState.SYNCED)
    shown = (await daemon.client.event(booked.id)).occurrences
    assert [each.start for each in shown[:4]] == [TOMORROW, TOMORROW + A_DAY, later, TOMORROW + 4 * A_DAY]
    spans = (await daemon.client.timeline(params.TimelineQuery(start=THIRD, end=later + HOUR))).rooms[0].occupancies
    assert [(each.title, each.original_start, each.mine, each.recurring) for each in spans] == [
        ("Special", THIRD, True, True)
    ]


async def test_this_and_following_answers_with_the_new_series(daemon: LiveDaemon) -> None:
    booked = await book(daemon)

    second = await daemon.client.change(
        booked.id, wire.EventPatch(title="Second"), scope=wire.Scope.FOLLOWING, occurrence=THIRD, wait=True
    )

    assert second.id != booked.id
    assert (second.title, second.state, second.start) == ("Second", wire.EventState.SYNCED, THIRD)
    assert len((await daemon.client.event(booked.id)).occurrences) == 2
    assert len((await daemon.client.event(second.id)).occurrences) == 58


async def test_what_single_occurrences_would_lose_is_agreed_to_first(daemon: LiveDaemon) -> None:
    booked = await book(daemon)
    await daemon.client.cancel(booked.id, scope=wire.Scope.THIS, occurrence=THIRD, wait=True)
    patch = wire.EventPatch(start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR)

    with pytest.raises(ProblemError) as refused:
        await daemon.client.change(booked.id, patch, scope=wire.Scope.ALL)
    assert (refused.value.problem.type, refused.value.problem.status) == ("urn:roomd:problem:exceptions-lost", 409)
    await daemon.client.change(booked.id, patch, scope=wire.Scope.ALL, drop_exceptions=True, wait=True)
    assert len((await daemon.client.event(booked.id)).occurrences) == 60


async def test_a_stale_version_and_a_missing_scope_are_refused(daemon: LiveDaemon) -> None:
    booked = await book(daemon)

    with pytest.raises(ProblemError, match="scope: is missing"):
        await daemon.client.cancel(booked.id)
    await daemon.client.cancel(booked.id, scope=wire.Scope.THIS, occurrence=THIRD, wait=True)
    with pytest.raises(ProblemError) as refused:
        await daemon.client.change(
            booked.id, wire.EventPatch(title="Late"), scope=wire.Scope.ALL, version=booked.version
        )
    assert refused.value.problem.type == "urn:roomd:problem:version-mismatch"


async def test_a_rule_exchange_does_not_hold_names_its_field(daemon: LiveDaemon) -> None:
    monthly = wire.Repeat(pattern=AbsoluteMonthly(day=40))
    with pytest.raises(ProblemError) as refused:
        await daemon.client.book(replace(a_booking(), recurrence=monthly))
    assert refused.value.problem.field == "recurrence.pattern.day"


async def test_a_series_is_called_off_as_a_whole(daemon: LiveDaemon) -> None:
    booked = await book(daemon)
    cancelled = await daemon.client.cancel(booked.id, scope=wire.Scope.ALL, wait=True)
    assert (cancelled.status, cancelled.state) == (EventStatus.CANCELLED, wire.EventState.CANCELLED)
