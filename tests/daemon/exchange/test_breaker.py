import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from daemon.exchange.hand_clock import HandClock
from roomd_core.sync.remote import MailboxUnavailable, SignInRefused
from roomd_daemon.exchange.breaker import Gate, MemoryBreaker, SignIn, admit, mended, next_try, refused

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def attempts_of_an_impatient_caller(hours: int) -> list[datetime]:
    """Ask every ten seconds with a wrong password; return when a sign-in really went out."""
    state, sent = SignIn(), []
    for seconds in range(0, hours * 3600, 10):
        now = NOON + timedelta(seconds=seconds)
        admitted = admit(state, now)
        if admitted is not None:
            sent.append(now)
            state = refused(admitted, now, locked=False, reason="no")
    return sent


def test_after_a_refusal_probes_come_after_ten_thirty_and_then_every_sixty_minutes() -> None:
    waits = [at - NOON for at in attempts_of_an_impatient_caller(hours=5)]

    assert waits == [minutes(0), minutes(10), minutes(40), minutes(100), minutes(160), minutes(220), minutes(280)]


def test_in_no_thirty_minutes_are_there_more_than_three_sign_ins() -> None:
    sent = attempts_of_an_impatient_caller(hours=24)

    assert max(sum(at <= other < at + minutes(30) for other in sent) for at in sent) <= 3


def test_an_operator_who_says_go_all_the_time_gets_no_fourth_failure_in_thirty_minutes() -> None:
    state, sent = SignIn(), []
    for minute in range(3 * 60):
        now = NOON + minutes(minute)
        state = mended(state)
        if admit(state, now) is not None:
            sent.append(now)
            state = refused(state, now, locked=True, reason="no")

    assert [at - NOON for at in sent[:5]] == [minutes(0), minutes(1), minutes(2), minutes(30), minutes(31)]
    assert max(sum(at <= other < at + minutes(30) for other in sent) for at in sent) == 3


def test_an_account_that_failed_too_often_says_when_it_goes_on() -> None:
    state = SignIn()
    for minute in range(3):
        state = refused(mended(state), NOON + minutes(minute), locked=False, reason="no")

    assert next_try(mended(state)) == NOON + minutes(30)


def test_only_one_probe_goes_out_while_its_answer_is_awaited() -> None:
    after_first = refused(SignIn(), NOON, locked=False, reason="no")
    probing = admit(after_first, NOON + minutes(10))

    assert probing is not None
    assert admit(probing, NOON + minutes(10)) is None


def test_a_locked_account_is_not_probed_at_all() -> None:
    locked = refused(SignIn(), NOON, locked=True, reason="no")

    assert admit(locked, NOON + timedelta(days=30)) is None


def test_a_clock_that_was_set_back_does_not_keep_the_door_closed_for_days() -> None:
    state = refused(SignIn(), NOON, locked=False, reason="no")

    assert admit(state, NOON - timedelta(days=1)) is not None


def test_nothing_is_in_the_way_of_an_account_in_good_standing() -> None:
    assert admit(SignIn(), NOON) == SignIn()


class Crowd:
    """Requests that all want through a gate at once, and the most that were in it together."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._inside = 0
        self.most = 0

    async def rush(self) -> None:
        self.most = 0
        await asyncio.gather(*(self._pass() for _ in range(4)))

    async def _pass(self) -> None:
        async with self._gate.passage():
            self._inside += 1
            self.most = max(self.most, self._inside)
            await asyncio.sleep(0)
            self._inside -= 1


async def test_requests_go_together_only_while_an_accepted_sign_in_is_fresh() -> None:
    clock = HandClock()
    crowd = Crowd(Gate(MemoryBreaker(), clock, account="svc-roomd"))

    await crowd.rush()
    assert crowd.most < 4
    await crowd.rush()
    assert crowd.most == 4

    clock.pass_seconds(61)
    await crowd.rush()
    assert crowd.most < 4


async def test_requests_refused_at_the_same_time_are_one_refusal() -> None:
    clock, breaker = HandClock(), MemoryBreaker()
    gate = Gate(breaker, clock, account="svc-roomd")
    async with gate.passage():
        pass
    together = asyncio.Barrier(3)

    async def be_refused() -> None:
        async with gate.passage():
            await together.wait()
            raise SignInRefused("no")

    await asyncio.gather(*(be_refused() for _ in range(3)), return_exceptions=True)

    assert await breaker.load() == refused(SignIn(), clock.now(), locked=False, reason="no")


async def test_an_answer_over_an_old_connection_does_not_undo_a_refusal() -> None:
    clock, breaker = HandClock(), MemoryBreaker()
    gate = Gate(breaker, clock, account="svc-roomd")
    async with gate.passage():
        pass

    async with gate.passage():
        with pytest.raises(SignInRefused):
            async with gate.passage():
                raise SignInRefused("no")

    assert (await breaker.load()).refusals == 1


async def test_a_refusal_of_a_mailbox_proves_the_sign_in() -> None:
    clock, breaker = HandClock(), MemoryBreaker()
    await breaker.save(SignIn(refusals=1, not_before=clock.now()))

    with pytest.raises(MailboxUnavailable):
        async with Gate(breaker, clock, account="svc-roomd").passage():
            raise MailboxUnavailable("no such mailbox")

    assert await breaker.load() == SignIn()
