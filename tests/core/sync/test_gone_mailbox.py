"""A mailbox that Exchange does not know: said at once, believed to be gone only after a day, and kept."""

from datetime import timedelta

import pytest

from core.sync.house import LAKE, ZHANG, House, meeting
from roomd_core.api.wire import MailboxStatus
from roomd_core.booking import queries
from roomd_core.model import Trigger


async def of_lake(house: House) -> MailboxStatus:
    [status] = [each for each in (await queries.mailboxes(house.store)).mailboxes if each.mailbox.address == LAKE]
    return status


async def run_after(house: House, **passed: float) -> MailboxStatus:
    house.clock.advance(timedelta(**passed).total_seconds())
    await house.engine.run(Trigger.HAND)
    return await of_lake(house)


async def test_it_is_failing_at_once_and_gone_after_three_confirmations_in_a_day(house: House) -> None:
    del house.exchange.calendars[LAKE]

    first = await run_after(house, minutes=1)
    assert first.freshness.error == f"There is no mailbox {LAKE}."
    for hours in (1, 1, 1):
        assert (await run_after(house, hours=hours)).notice == ""
    assert "is gone: Exchange has known no such mailbox since" in (await run_after(house, hours=22)).notice


async def test_two_confirmations_are_not_enough_however_far_apart(house: House) -> None:
    del house.exchange.calendars[LAKE]

    await run_after(house, minutes=1)
    assert (await run_after(house, days=3)).notice == ""
    assert "is gone" in (await run_after(house, minutes=1)).notice


async def test_one_that_comes_back_begins_anew_and_nothing_of_it_was_lost(house: House) -> None:
    house.exchange.meet(ZHANG, meeting(rooms=(LAKE,)))
    await house.engine.run(Trigger.HAND)
    async with house.store.read() as tables:
        before = await tables.items.of_mailbox(LAKE)
    calendar = house.exchange.calendars.pop(LAKE)
    for _ in range(3):
        status = await run_after(house, hours=13)
    assert "is gone" in status.notice
    async with house.store.read() as tables:
        assert await tables.items.of_mailbox(LAKE) == before
    house.exchange.calendars[LAKE] = calendar

    back = await run_after(house, minutes=1)
    assert (back.notice, back.freshness.error, back.freshness.unknown) == ("", None, None)


@pytest.mark.parametrize("code", ["ErrorMailboxMoveInProgress", "ErrorAccessDenied"])
async def test_no_other_failure_confirms_it(house: House, code: str) -> None:
    async with house.store.write() as tables:
        for hours in (0, 13, 26):
            await tables.mailboxes.note_failure(LAKE, house.clock.now() + timedelta(hours=hours), code)
    assert (await of_lake(house)).notice == ""
