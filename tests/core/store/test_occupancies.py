import asyncio
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.store.samples import (
    ATTIC,
    ELEVEN,
    GUANGHAN,
    HOUR,
    MINUTE,
    NINE,
    SHUIJING,
    TEN,
    SetClock,
    content,
    event,
    furnish,
    hold,
    occupancy,
)
from roomd_core.model import Occupancy, OccupancyState, Origin
from roomd_core.store import Store, Tables
from roomd_core.store.occupancies import _UNANSWERED
from roomd_core.store.table import Row


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (NINE, TEN, 1),
        (NINE - HOUR, NINE, 0),
        (TEN, ELEVEN, 0),
        (TEN - MINUTE, ELEVEN, 1),
        (NINE - HOUR, NINE + MINUTE, 1),
        (NINE + MINUTE, TEN - MINUTE, 1),
        (NINE - HOUR, ELEVEN, 1),
    ],
)
async def test_what_ends_at_ten_leaves_the_room_free_from_ten(
    store: Store, start: datetime, end: datetime, found: int
) -> None:
    async with store.write() as tables:
        held = await hold(tables, event())
        assert await tables.occupancies.holding([GUANGHAN], start, end) == [held] * found
        assert await tables.occupancies.between(start, end) == [held] * found


async def test_a_declined_room_holds_nothing_and_is_still_shown(store: Store) -> None:
    async with store.write() as tables:
        declined = await hold(tables, event(), state=OccupancyState.DECLINED)
        assert await tables.occupancies.holding([GUANGHAN], NINE, TEN) == []
        assert await tables.occupancies.between(NINE, TEN, [GUANGHAN]) == [declined]


async def test_an_event_without_a_length_holds_nothing_and_is_still_shown(store: Store) -> None:
    async with store.write() as tables:
        reminder = await hold(tables, event(content=content(end=NINE)))
        assert await tables.occupancies.holding([GUANGHAN], NINE - HOUR, TEN) == []
        assert await tables.occupancies.between(NINE, TEN) == [reminder]


async def test_an_event_does_not_stand_in_its_own_way(store: Store) -> None:
    async with store.write() as tables:
        held = await hold(tables, event())
        assert await tables.occupancies.holding([GUANGHAN], NINE, TEN, ignore_event=held.event) == []


async def test_only_the_mailboxes_asked_for_are_looked_at(store: Store) -> None:
    async with store.write() as tables:
        here, there = await hold(tables, event()), await hold(tables, event(), SHUIJING)
        assert await tables.occupancies.holding([GUANGHAN, ATTIC], NINE, TEN) == [here]
        assert await tables.occupancies.between(NINE, TEN, [SHUIJING]) == [there]
        assert await tables.occupancies.between(NINE, TEN) == [here, there]
        assert await tables.occupancies.holding([], NINE, TEN) == []


async def test_a_fair_that_began_weeks_ago_still_holds_the_room(store: Store) -> None:
    async with store.write() as tables:
        fair = await hold(tables, event(content=content(start=NINE - timedelta(days=40), end=NINE + HOUR)))
        for day in range(1, 30):
            await hold(
                tables, event(content=content(start=NINE - timedelta(days=day), end=TEN - timedelta(days=day)))
            )
        assert await tables.occupancies.holding([GUANGHAN], NINE, TEN) == [fair]


async def test_replacing_leaves_other_events_alone(store: Store) -> None:
    async with store.write() as tables:
        one, other, third = event(), event(), event()
        await tables.events.put([one, other, third])
        moved = occupancy(one, SHUIJING)
        await tables.occupancies.replace_many({each.id: [occupancy(each)] for each in (one, other, third)})
        await tables.occupancies.replace_many({one.id: [moved], other.id: []})
        assert await tables.occupancies.of_events([one.id, other.id, third.id]) == {
            one.id: [moved],
            other.id: [],
            third.id: [occupancy(third)],
        }
        assert await tables.occupancies.of_event(one.id) == [moved]


async def test_parts_of_a_second_are_rounded_down(store: Store) -> None:
    bit = timedelta(microseconds=600_000)
    async with store.write() as tables:
        await hold(tables, event(), start=NINE + bit, end=TEN + bit, original_start=NINE + bit)
        assert await tables.occupancies.between(NINE, TEN) == [
            occupancy(event(), event=(await tables.occupancies.between(NINE, TEN))[0].event)
        ]


@pytest.mark.parametrize("analyzed", [False, True])
async def test_who_has_a_room_is_found_in_a_bounded_part_of_its_history(store: Store, *, analyzed: bool) -> None:
    async with store.write() as tables:
        for day in range(60):
            start = NINE - timedelta(days=day)
            await hold(tables, event(), start=start, end=start + timedelta(hours=day), original_start=start)
        if analyzed:
            await tables.occupancies._run("ANALYZE")
    async with store.read() as tables:
        for plan in await plans(tables):
            assert "SEARCH occupancy USING PRIMARY KEY (mailbox=? AND start_at>? AND start_at<?)" in plan
            assert "SEARCH occupancy USING INDEX occupancy_by_length (<expr>>?)" in plan
            assert not any(step.startswith("SCAN occupancy") for step in plan)


async def plans(tables: Tables) -> list[list[str]]:
    """Return how SQLite looks for what a conflict check and a timeline of many rooms ask."""
    found: list[list[str]] = []
    run = tables.occupancies._rows

    async def explained(sql: str, **values: object) -> list[Row]:
        found.append([row[3] for row in await run(f"EXPLAIN QUERY PLAN {sql}", **values)])
        return await run(sql, **values)

    tables.occupancies._rows = explained  # type: ignore[method-assign]
    await tables.occupancies.holding([GUANGHAN], NINE, TEN)
    await tables.occupancies.between(NINE, NINE + timedelta(days=1), [f"{n}@example.com" for n in range(1000)])
    return found


async def test_what_is_longer_than_anything_usual_is_found_by_its_end(store: Store) -> None:
    async with store.write() as tables:
        long = await hold(tables, event(), start=NINE - timedelta(days=9), end=TEN)
        short = await hold(tables, event(), start=NINE - timedelta(hours=4), end=TEN)
        assert await tables.occupancies.holding([GUANGHAN], NINE, TEN) == [long, short]


async def test_rooms_that_owe_an_answer_are_those_of_events_made_here_that_are_not_over(store: Store) -> None:
    pending, tentative = OccupancyState.PENDING, OccupancyState.TENTATIVE
    async with store.write() as tables:
        asked, again, answered, over, elsewhere, theirs = (event() for _ in range(6))
        theirs = replace(theirs, origin=Origin.EXCHANGE)
        await hold(tables, asked, state=pending)
        await hold(tables, again, state=tentative)
        await hold(tables, answered)
        await hold(tables, over, state=pending, start=NINE - HOUR, end=NINE)
        await hold(tables, elsewhere, SHUIJING, state=pending)
        await hold(tables, theirs, state=tentative)
        assert await tables.occupancies.unanswered(NINE, ELEVEN, [GUANGHAN]) == sorted([asked.id, again.id])
        plan = await tables.occupancies._rows(f"EXPLAIN QUERY PLAN {_UNANSWERED}", among="[]", start=0, end=0)
    assert any("USING INDEX occupancy_unanswered" in row[3] for row in plan)


minutes = st.integers(0, 300)
Taken: TypeAlias = list[tuple[str, int, int, bool]]
spans = st.lists(st.tuples(st.sampled_from([GUANGHAN, SHUIJING]), minutes, minutes, st.booleans()), max_size=12)


@settings(max_examples=30, deadline=None)
@given(spans, minutes, st.integers(1, 300))
def test_crowded_is_where_two_hold_the_same_minute(taken: Taken, first: int, length: int) -> None:
    asyncio.run(check_crowded(taken, NINE + first * MINUTE, NINE + (first + length) * MINUTE))


async def check_crowded(taken: Taken, start: datetime, end: datetime) -> None:
    with TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "roomd.db", clock=SetClock())
        await furnish(store)
        async with store.write() as tables:
            for mailbox, first, last, declined in taken:
                state = OccupancyState.DECLINED if declined else OccupancyState.ACCEPTED
                span = content(start=NINE + first * MINUTE, end=NINE + max(first, last) * MINUTE)
                await hold(tables, event(content=span), mailbox, state=state)
            crowded = await tables.occupancies.crowded([GUANGHAN, SHUIJING], start, end)
            held = [await tables.occupancies.holding([room], start, end) for room in (GUANGHAN, SHUIJING)]
        await store.close()
    pairs = [pair for room in held for pair in combinations(room, 2)]
    assert crowded == {one.mailbox for one, other in pairs if one.start < other.end and other.start < one.end}


@settings(max_examples=30, deadline=None)
@given(spans, minutes, st.integers(1, 300))
def test_holding_finds_exactly_what_shares_a_minute(taken: Taken, first: int, length: int) -> None:
    asyncio.run(check_against_minutes(taken, first, first + length))


async def check_against_minutes(taken: Taken, first: int, last: int) -> None:
    with TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "roomd.db", clock=SetClock())
        await furnish(store)
        expected: list[Occupancy] = []
        async with store.write() as tables:
            for mailbox, start, end, declined in taken:
                state = OccupancyState.DECLINED if declined else OccupancyState.PENDING
                span = content(start=NINE + start * MINUTE, end=NINE + max(start, end) * MINUTE)
                held = await hold(tables, event(content=span), mailbox, state=state)
                if mailbox == GUANGHAN and not declined and set(range(start, end)) & set(range(first, last)):
                    expected.append(held)
            found = await tables.occupancies.holding([GUANGHAN], NINE + first * MINUTE, NINE + last * MINUTE)
        await store.close()
    assert sorted(found, key=lambda o: o.event) == sorted(expected, key=lambda o: o.event)
