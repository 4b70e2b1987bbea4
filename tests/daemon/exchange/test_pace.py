"""How many requests go at once: a rule over the steady clock, and the same against the lab."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.exchange.conftest import Open
from daemon.exchange.hand_clock import HandClock
from daemon.exchange.watched_lab import WatchedLab
from roomd_core.api.wire import Throttled
from roomd_core.sync.remote import RemoteError
from roomd_daemon.exchange.pace import QUIET, Pace, Slots, lowered

BOSS = "zhangsan@example.com"

complaints = st.lists(st.tuples(st.floats(0, 10 * QUIET), st.floats(0, 5)), max_size=20)


@given(most=st.integers(1, 10), complaints=complaints, later=st.floats(0, 20 * QUIET))
def test_whatever_is_complained_about_one_goes_and_never_more_than_allowed(
    most: int, complaints: list[tuple[float, float]], later: float
) -> None:
    pace, now = Pace(most=most), 0.0
    for passed, age in complaints:
        now += passed
        before = pace.at(now)
        pace = lowered(pace, now - age, now)
        assert max(1, before // 2) <= pace.at(now) <= before
    assert 1 <= pace.at(now) <= pace.at(now + later) <= most
    assert pace.at(now + most * QUIET) == most


def test_a_complaint_halves_and_each_quiet_minute_gives_one_back() -> None:
    pace = lowered(Pace(most=8), begun=100.0, now=101.0)

    assert [pace.at(101.0 + minutes * QUIET) for minutes in (0, 0.9, 1, 2, 4, 9)] == [4, 4, 5, 6, 8, 8]


def test_requests_that_were_on_their_way_together_halve_once() -> None:
    pace = Pace(most=8)
    for _ in range(4):
        pace = lowered(pace, begun=100.0, now=101.0)
    assert pace.at(101.0) == 4

    assert lowered(pace, begun=102.0, now=103.0).at(103.0) == 2


class Crowd:
    """Requests that want places, and who has one."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.inside: list[int] = []
        self.may_go = asyncio.Event()

    async def come(self, number: int) -> None:
        async with self._slots.slot():
            self.inside.append(number)
            await self.may_go.wait()


async def settled() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_places_are_given_in_order_and_those_of_who_gave_up_are_given_on() -> None:
    crowd = Crowd(Slots(2, HandClock()))
    tasks = [asyncio.create_task(crowd.come(number)) for number in range(5)]
    await settled()
    assert crowd.inside == [0, 1]

    tasks[2].cancel()
    tasks[0].cancel()
    await settled()
    assert crowd.inside == [0, 1, 3]

    crowd.may_go.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert crowd.inside == [0, 1, 3, 4]


async def test_fewer_go_at_once_until_it_was_quiet_for_a_while() -> None:
    clock = HandClock()
    slots = Slots(4, clock)
    slots.complained(clock.steady())
    slots.complained(clock.steady())
    began = clock.now()
    assert slots.throttled == Throttled(at_once=2, most=4, since=began, until=began + timedelta(minutes=2))
    clock.pass_seconds(QUIET)
    assert slots.throttled == Throttled(at_once=3, most=4, since=began, until=began + timedelta(minutes=2))
    clock.pass_seconds(QUIET)
    assert slots.throttled is None

    crowd = Crowd(slots)
    slots.complained(clock.steady())
    tasks = [asyncio.create_task(crowd.come(number)) for number in range(4)]
    await settled()
    assert len(crowd.inside) == 2
    crowd.may_go.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "server-busy", "back_off_ms": 0},
        {"kind": "http-503"},
        {"kind": "http-429"},
        {"kind": "soap-fault", "code": "ErrorExceededConnectionCount"},
    ],
    ids=lambda fault: fault.get("code", fault["kind"]),
)
async def test_an_overloaded_exchange_is_asked_less_at_once(
    connect: Open, lab: WatchedLab, fault: dict[str, str]
) -> None:
    exchange = connect()
    await exchange.changes(BOSS, None)
    assert exchange.throttled is None
    lab.faults.add(**fault)

    with pytest.raises(RemoteError):
        await exchange.changes(BOSS, None)

    assert exchange.throttled is not None
    assert (exchange.throttled.at_once, exchange.throttled.most) == (2, 4)
    await asyncio.gather(*(exchange.changes(BOSS, None) for _ in range(8)))


async def test_what_is_wrong_with_one_request_slows_nothing(connect: Open, lab: WatchedLab) -> None:
    exchange = connect()
    lab.faults.add("soap-fault", code="ErrorInternalServerError")

    with pytest.raises(RemoteError):
        await exchange.changes(BOSS, None)

    assert exchange.throttled is None
