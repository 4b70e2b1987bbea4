"""The same series changed here and in Outlook: what is merged, and what a person is asked."""

from datetime import timedelta

import pytest

from core.sync.house import USER
from core.sync.test_series_made_here import HOUR, TEN, WEEK, Office, office, starts, weeks  # noqa: F401 - a fixture
from roomd_core.api.wire import Scope
from roomd_core.errors import VersionMismatch
from roomd_core.model import ConflictKind, Side
from roomd_core.recurrence import DayOfWeek, Numbered, Recurrence, Series, Weekly

# ruff: noqa: F811 - the fixture


async def test_different_occurrences_changed_on_both_sides_are_both_kept(office: Office) -> None:
    booked = await office.book()
    (master,) = office.masters
    office.exchange.change_occurrence(master, TEN + WEEK, title="Theirs")
    office.exchange.drop_occurrence(master, TEN + 5 * WEEK)
    await office.change(booked.id, Scope.THIS, 2, title="Ours")
    await office.agree()

    assert [each.title for each in master.content.series.modified] == ["Theirs", "Ours"]  # type: ignore[union-attr]
    assert await office.house.conflicts() == []


@pytest.mark.parametrize("keep", Side)
async def test_the_same_occurrence_changed_on_both_sides_is_a_conflict_about_it_alone(
    office: Office, keep: Side
) -> None:
    booked = await office.book()
    (master,) = office.masters
    office.exchange.change_occurrence(master, TEN + WEEK, title="Theirs")
    await office.change(booked.id, Scope.THIS, 1, title="Ours")
    await office.change(booked.id, Scope.THIS, 3, title="Only ours")
    await office.agree()

    (conflict,) = await office.house.conflicts()
    assert (conflict.kind, conflict.units) == (ConflictKind.EDIT, ("recurrence",))
    assert [each.title for each in master.content.series.modified] == ["Theirs", "Only ours"]  # type: ignore[union-attr]
    office.exchange.change_occurrence(master, TEN + 4 * WEEK, title="Later theirs")
    await office.house.sync()
    if keep is Side.LOCAL:
        with pytest.raises(Exception, match="Look at it again"):
            await office.house.engine.resolve(conflict.id, keep, actor=USER)
    await office.house.engine.resolve(conflict.id, keep, actor=USER)
    await office.agree()
    assert [each.title for each in master.content.series.modified] == [  # type: ignore[union-attr]
        "Ours" if keep is Side.LOCAL else "Theirs",
        "Only ours",
        "Later theirs",
    ]


async def test_an_exception_whose_series_moved_in_outlook_becomes_a_conflict(office: Office) -> None:
    booked = await office.book()
    (master,) = office.masters
    office.exchange.edit(master, start=TEN + HOUR, end=TEN + 2 * HOUR)
    await office.change(booked.id, Scope.THIS, 1, title="Ours")
    await office.agree()

    (conflict,) = await office.house.conflicts()
    assert set(conflict.units) == {"time", "recurrence"}
    assert conflict.local is not None
    assert [each.title for each in conflict.local.series.modified] == ["Ours"]  # type: ignore[union-attr]


async def test_an_exception_decided_after_its_series_moved_in_outlook_takes_the_time_it_was_meant_for(
    office: Office,
) -> None:
    booked = await office.book()
    (master,) = office.masters
    office.exchange.change_occurrence(master, TEN + WEEK, title="Theirs")
    await office.change(booked.id, Scope.THIS, 1, title="Ours")
    await office.agree()
    (conflict,) = await office.house.conflicts()
    monday = TEN - timedelta(days=1)
    mondays = Recurrence(pattern=Weekly(days=(DayOfWeek.MONDAY,)), first=monday.date(), range=Numbered(count=6))
    office.exchange.edit(master, start=monday, end=monday + HOUR, series=Series(recurrence=mondays))
    await office.agree()

    with pytest.raises(VersionMismatch):
        await office.house.engine.resolve(conflict.id, Side.LOCAL, actor=USER)
    await office.house.engine.resolve(conflict.id, Side.LOCAL, actor=USER)
    await office.agree()

    assert starts(master) == weeks(*range(6))
    assert [each.title for each in master.content.series.modified] == ["Ours"]  # type: ignore[union-attr]
