"""Comparing with Exchange's own calendar view: what is found, what heals, what is no news."""

import asyncio
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from core.sync import cases
from core.sync.house import LAKE, LI, MOON, ZHANG, House, at, invite, meeting
from roomd_core.model import Answer, Content, Occupancy, OccupancyState, Side
from roomd_core.recurrence import Daily, Recurrence, Series
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    Illegible,
    MailboxUnavailable,
    RemoteError,
    RetryLater,
    Shown,
    SignInRefused,
    View,
)
from roomd_core.sync.view_audit import Held, compare, passed_over

TOMORROW = at(10).date()


def series(title: str = "Stand-up") -> Content:
    rule = Recurrence(pattern=Daily(), first=date(TOMORROW.year, TOMORROW.month, TOMORROW.day))
    return replace(meeting(title), zone="UTC", series=Series(recurrence=rule))


async def test_what_is_the_same_on_both_sides_is_no_finding(house: House) -> None:
    house.exchange.meet(LI, series())
    house.exchange.meet(LI, invite(meeting("Lunch", 12, 13, rooms=[LAKE]), ZHANG))
    await house.book(meeting("Ours", 14, 15))
    await house.settle()
    for mailbox in (ZHANG, LI, MOON, LAKE):
        assert await house.engine.audit(mailbox) == []
    async with house.store.read() as tables:
        assert all(each.audited_at for each in await tables.audits.all())


async def test_what_is_on_its_way_is_no_finding(house: House) -> None:
    await house.sync()
    await house.book(meeting())
    assert await house.engine.audit(MOON) == []
    assert await house.engine.audit(ZHANG) == []


async def test_what_a_room_declined_is_no_finding(house: House) -> None:
    house.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    await house.book(meeting())
    await house.settle()
    assert OccupancyState.DECLINED in {each.state for each in await house.occupancies(MOON)}
    assert await house.engine.audit(MOON) == []


async def test_a_meeting_that_was_missed_is_brought_in(house: House) -> None:
    await house.sync()
    house.exchange.meet(LI, meeting("Missed"))
    house.exchange.calendars[MOON].feed.clear()
    house.exchange.calendars[LI].feed.clear()
    await house.sync()
    assert await house.occupancies(MOON) == []
    assert await house.engine.audit(MOON) == []
    assert [(each.start, each.end) for each in await house.occupancies(MOON)] == [(at(10), at(11))]


async def test_an_occupancy_that_was_lost_is_made_again(house: House) -> None:
    copy = house.exchange.meet(LI, series())
    house.exchange.drop_occurrence(copy, at(10, day=3))
    await house.sync()
    before = await house.occupancies(LI)
    async with house.store.write() as tables:
        await tables.occupancies.replace(before[0].event, [each for each in before if each.mailbox == MOON])
    assert await house.engine.audit(LI) == []
    assert await house.occupancies(LI) == before


async def test_what_differs_even_when_read_again_is_kept_and_told_until_it_no_longer_does(house: House) -> None:
    house.exchange.meet(LI, series())
    await house.sync()
    [event] = {each.event for each in await house.occupancies(LI)}
    house.exchange.view_shift = timedelta(hours=1)
    found = await house.engine.audit(LI)
    assert {each.shown_by for each in found} == {Side.EXCHANGE, Side.LOCAL}
    assert {(each.mailbox, each.event, each.title) for each in found} == {(LI, event, "Stand-up")}
    async with house.store.read() as tables:
        assert await tables.audits.count() == len(found)
    house.exchange.view_shift = timedelta()
    assert await house.engine.audit(LI) == []
    async with house.store.read() as tables:
        assert await tables.audits.count() == 0


async def test_a_view_too_full_for_one_answer_is_asked_for_by_halves(house: House) -> None:
    house.exchange.meet(LI, series())
    await house.sync()
    house.exchange.view_limit = 20
    assert await house.engine.audit(MOON) == []
    assert house.exchange.calls.count(("view", MOON)) > 4


async def test_a_mailbox_that_cannot_be_audited_now_comes_again_and_delays_no_other(house: House) -> None:
    await house.sync()
    house.exchange.luck = lambda _number, _when, call, mailbox: (
        RetryLater("Exchange is busy") if (call, mailbox) == ("view", ZHANG) else None
    )
    await house.engine.audit_some()
    async with house.store.read() as tables:
        audited = {each.address: each.audited_at is not None for each in await tables.audits.all()}
        assert audited == {ZHANG: False, LI: True, MOON: True, LAKE: True}
        assert (await tables.audits.longest_ago(1)) == [ZHANG]


@pytest.mark.parametrize("error", [ExchangeUnavailable("Exchange is away."), SignInRefused("wrong password")])
async def test_nobody_else_is_asked_for_when_exchange_as_a_whole_is_away(house: House, error: RemoteError) -> None:
    await house.sync()
    house.exchange.luck = lambda _number, when, call, _mailbox: (
        error if (when, call) == ("before", "changes") else None
    )
    house.exchange.calls.clear()
    await house.engine.audit_some()
    assert len(house.exchange.calls) == 1
    async with house.store.read() as tables:
        assert {each.audited_at for each in await tables.audits.all()} == {None}


def an_entry(**fields: object) -> Illegible:
    told = Illegible(item_id="another", global_id=None, title="Told", reason="a time is not a time")
    return replace(told, **fields)


def test_a_copy_whose_meeting_is_not_known_by_its_global_id_is_known_by_its_item() -> None:
    known = cases.case(cases.copy())
    occupancy = Occupancy(
        mailbox=ZHANG, start=at(10), end=at(11), event="plan", original_start=at(10), state=OccupancyState.ACCEPTED
    )
    shown = Shown(item_id=f"item-{ZHANG}", global_id=b"id", title="Planning", start=at(10), end=at(11))
    view = View(shown=(shown,), whole=True)
    assert not compare(ZHANG, [Held(occupancy=occupancy, case=known)], view, at(0), at(23))


@pytest.mark.parametrize(
    ("entry", "event"),
    [
        (an_entry(global_id=b"id"), "plan"),
        (an_entry(item_id=f"item-{cases.ZHANG}"), "plan"),
        (an_entry(), None),
        (an_entry(global_id=b"other"), None),
    ],
    ids=["by global id", "by item id", "by nothing", "another meeting's"],
)
def test_nothing_is_said_to_be_missing_of_what_an_illegible_entry_belongs_to(
    entry: Illegible, event: str | None
) -> None:
    known = cases.case(cases.copy(), of=replace(cases.event(), global_id=b"id"))
    occupancy = Occupancy(
        mailbox=ZHANG, start=at(10), end=at(11), event="plan", original_start=at(10), state=OccupancyState.ACCEPTED
    )
    held = [Held(occupancy=occupancy, case=known)]
    view = View(shown=(), whole=True, illegible=(entry, entry))
    differences = compare(ZHANG, held, view, at(0), at(23))
    assert [each.occupancy for each in differences.missing] == ([] if event else [occupancy])
    [told] = passed_over(ZHANG, differences, held)
    assert (told.event, told.title, told.mailbox) == (event, "Planning" if event else "Told", ZHANG)


async def test_a_mailbox_that_cannot_be_read_is_not_audited(house: House) -> None:
    house.exchange.luck = lambda _number, _when, _call, mailbox: (
        MailboxUnavailable("Moving.") if mailbox == MOON else None
    )
    await house.sync()
    async with house.store.read() as tables:
        assert MOON not in await tables.audits.longest_ago(10)


async def test_an_answer_given_by_a_room_for_one_occurrence_is_no_finding(house: House) -> None:
    copy = house.exchange.meet(LI, series())
    house.exchange.leave_occurrence(MOON, copy.uid, at(10, day=1))
    house.exchange.answer_occurrence(MOON, copy.uid, at(10, day=2), Answer.TENTATIVE)
    await house.sync()
    held: list[Occupancy] = await house.occupancies(MOON)
    assert held
    assert await house.engine.audit(MOON) == []


async def test_after_a_run_calendars_are_audited_by_themselves(house: House) -> None:
    viewed = asyncio.Event()

    def notice(_number: int, _when: str, call: str, _mailbox: str) -> None:
        if call == "view":
            viewed.set()

    house.exchange.luck = notice
    serving = asyncio.create_task(house.engine.serve())
    await house.sync()
    async with asyncio.timeout(10):
        await viewed.wait()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
