"""Each call to Exchange fails once, in every way it can fail; what roomd ends with is always the same, or says why.

A sample is tried unless ``ROOMD_FAILURES=all`` asks for every call and every fault.
"""

import logging
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from msgspec import Struct

from core.sync import test_crashes, test_crashes_of_series
from core.sync.house import House
from core.sync.simulated_exchange import Luck, good_luck
from core.sync.test_crashes import Scenario, end_state
from roomd_core.model import RoomAnswer
from roomd_core.sync.remote import (
    ExchangeUnavailable,
    Gone,
    MailboxUnavailable,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    SignInRefused,
    Stale,
    StateInvalid,
)

logger = logging.getLogger(__name__)
WRITES = frozenset({"create", "update", "update_occurrence", "cancel", "cancel_occurrence", "discard", "respond"})
READS = frozenset({"changes", "fetch", "find_by_key", "find_by_global_id", "view", "availability"})
FREEING = ("cancel", "discard")
ONE_IN = 1 if os.environ.get("ROOMD_FAILURES") == "all" else 60
"""How many pairs of a call and a fault stand behind each that is tried."""


class Fault(Struct, frozen=True, kw_only=True):
    """One way in which a call fails. ``may_say`` is the kind of conflict it may rightly leave for a person.

    Besides, whatever makes a cancellation wait may have the room decline what was booked in its place: a mailbox in
    trouble keeps nobody else waiting, and so the booking goes before what was to free the room. So may a refusal to
    take out what a room has of a meeting that is made anew.
    """

    name: str
    calls: frozenset[str]
    error: Callable[[], Exception]
    when: str = "before"
    may_say: str | None = None


FAULTS = (
    Fault(name="busy", calls=WRITES | READS, error=lambda: RetryLater("Busy.")),
    Fault(
        name="busy with a wish",
        calls=WRITES | READS,
        error=lambda: RetryLater("Busy.", after=timedelta(seconds=600)),
    ),
    Fault(name="mailbox away", calls=WRITES | READS, error=lambda: MailboxUnavailable("It moves.")),
    Fault(name="Exchange away", calls=WRITES | READS, error=lambda: ExchangeUnavailable("Away.")),
    Fault(name="sign-in refused", calls=WRITES | READS, error=lambda: SignInRefused("Not accepted.")),
    Fault(name="surprise", calls=WRITES | READS, error=lambda: ValueError("a surprise")),
    Fault(name="answer of a reading lost", calls=READS, error=lambda: RetryLater("It broke."), when="after"),
    Fault(name="answer lost, not applied", calls=WRITES, error=lambda: OutcomeUnknown("It broke.")),
    Fault(name="answer lost, applied", calls=WRITES, error=lambda: OutcomeUnknown("It broke."), when="after"),
    Fault(name="surprise, applied", calls=WRITES, error=lambda: ValueError("a surprise"), when="after"),
    Fault(name="stale", calls=WRITES, error=lambda: Stale("It changed.", code="ErrorIrresolvableConflict")),
    Fault(name="gone", calls=WRITES - {"create"}, error=lambda: Gone("Not visible.", code="ErrorItemNotFound")),
    Fault(
        name="rejected",
        calls=WRITES,
        error=lambda: Rejected("No.", code="ErrorItemSave"),
        may_say="rejected",
    ),
    Fault(
        name="sync state refused",
        calls=frozenset({"changes"}),
        error=lambda: StateInvalid("Not valid.", code="ErrorInvalidSyncStateData"),
        may_say="missing-remote",  # that it was deleted is told by the feed alone: nobody saw it
    ),
)
CASES = [*test_crashes.CASES, *test_crashes_of_series.CASES]


def test_the_faults_are_all_that_the_port_can_raise() -> None:
    told = {type(fault.error()) for fault in FAULTS}
    assert told >= {
        RetryLater, MailboxUnavailable, ExchangeUnavailable, SignInRefused, OutcomeUnknown, Stale, Gone, Rejected,
        StateInvalid,
    }  # fmt: skip


def failing(number: int, fault: Fault) -> Luck:
    return lambda call, moment, _name, _mailbox: fault.error() if (call, moment) == (number, fault.when) else None


async def live_on(house: House, luck: Luck = good_luck, *, pushing: bool = False) -> tuple[dict[str, Any], list[str]]:
    """Go on until nothing is left to do; return how it ended, and the calls made on the way."""
    async with house.open():
        already = len(house.exchange.calls)
        house.exchange.luck = luck
        if pushing:
            await house.engine.push_due()
        await house.settle()
        house.exchange.luck = good_luck
        await house.settle()
        return await end_state(house), [call for call, _ in house.exchange.calls[already:]]


def pairs(calls: list[str], *, first: int) -> Iterator[tuple[int, Fault]]:
    """Give each call's number with each fault that can strike it; of those, one in ``ONE_IN``."""
    every = [(number, fault) for number, call in enumerate(calls, 1) for fault in FAULTS if call in fault.calls]
    yield from every[first % ONE_IN :: ONE_IN]


def says_so(found: dict[str, Any], fault: Fault, call: str) -> bool:
    rightly = {fault.may_say, "room-declined" if call in FREEING else None}
    return any(kind in rightly for kind, _ in found["conflicts"])


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("scenario", "answers"), CASES, ids=[f"{each.__name__}-{who}" for each, who in CASES])
async def test_a_call_that_fails_once_changes_nothing_in_the_end(
    tmp_path: Path, scenario: Scenario, answers: RoomAnswer
) -> None:
    """Where a calendar cannot be read, the end may be that of writing before reading, which is as healthy."""
    async with House(tmp_path / "begun", answers=answers).open() as begun:
        await scenario(begun)
    already = len(begun.exchange.calls)
    expected, calls = await live_on(begun.fork(tmp_path / "whole"))
    unread, _ = await live_on(begun.fork(tmp_path / "unread"), pushing=True)
    wrong, tried = [], 0
    for tried, (number, fault) in enumerate(pairs(calls, first=7 * CASES.index((scenario, answers))), 1):  # noqa: B007
        found, _ = await live_on(begun.fork(tmp_path / "twin"), failing(already + number, fault))
        rmtree(tmp_path / "twin")
        if found not in (expected, unread) and not says_so(found, fault, calls[number - 1]):
            wrong.append(f"call {number} ({calls[number - 1]}): {fault.name}: {differing(expected, found)}")
    logger.info("%s, answered by %s: %d pairs of a call and a fault", scenario.__name__, answers, tried)
    assert not wrong, "\n".join(wrong)


def differing(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    return {name: (was, found[name]) for name, was in expected.items() if found[name] != was}
