"""What goes wrong, decided by a seed: at every call of the port, before and after, and at every commit."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

from core.sync.simulated_exchange import Crash
from core.sync.simulation.history import History
from core.sync.simulation.server import LISTED, Late, RepeatsPage
from core.sync.virtual_clock import VirtualClock
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

WRITES = ("create", "update", "update_occurrence", "cancel_occurrence", "cancel", "discard", "respond")
ODDS = 0.06
WRITE_ODDS = 0.2
COMMIT_ODDS = 0.015
MEDDLING = 0.05
LATEST = 100
"""Seconds after which Exchange no longer carries out what was given up: below the engine's two minutes."""


def full_disk() -> sqlite3.OperationalError:
    """Return what SQLite raises when no space is left."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


class Weather:
    """The luck of one seed. ``power_cut`` is called at a crash, ``meddle`` to let somebody act just now."""

    def __init__(self, random: Random, clock: VirtualClock, history: History, counts: Counter[str]) -> None:
        self._random = random
        self._clock = clock
        self._history = history
        self._counts = counts
        self.is_calm = True
        self.poisoned: str | None = None
        self.wrong_password = False
        self.power_cut: Callable[[], None] = lambda: None
        self.meddle: Callable[[], None] = lambda: None
        self.struck = 0
        self.refused_sign_ins = history.refused_sign_ins

    def at_call(self, _number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        """Decide about one call of the port (a ``Luck``)."""
        if when == "before":
            self._history.tell(f"  {call} {mailbox}")
        if self.wrong_password and when == "before":
            self.refused_sign_ins.append(self._clock.steady())
            return self._named("sign-in refused", SignInRefused("The password is not accepted."))
        if self.poisoned == mailbox and when == "before":
            return self._named("mailbox poisoned", MailboxUnavailable(f"{mailbox} is poisoned."))
        if self.is_calm:
            return None
        if self._random.random() < MEDDLING:
            self._counts["fault: somebody acts meanwhile"] += 1
            self.meddle()
        if self._random.random() > (WRITE_ODDS if call in WRITES else ODDS):
            return None
        self.struck += 1
        return self._misfortune(when, call, mailbox)

    def at_commit(self, when: str) -> None:
        """Decide about one commit."""
        if self.is_calm or self._random.random() > COMMIT_ODDS:
            return
        self.struck += 1
        if when == "before" and self._random.random() < 0.5:
            raise self._named("disk full", full_disk())
        raise self._crash(f"crash {when} a commit")

    def _misfortune(self, when: str, call: str, mailbox: str) -> BaseException:
        side = "before" if when == "before" else "after"
        choices: list[Callable[[], BaseException]] = [
            lambda: self._crash(f"crash {side} a call"),
            lambda: self._named(f"surprise {side} a call", ValueError("a surprise")),
        ]
        if when == "before":
            choices += self._refusals(mailbox)
        if call in WRITES:
            choices += self._lost_writes(when)
        if call in WRITES and when == "before":
            choices += self._refused_writes()
        if call == "changes" and when == "before":
            choices += self._feed_troubles()
        return self._random.choice(choices)()

    def _refusals(self, mailbox: str) -> list[Callable[[], BaseException]]:
        wish = timedelta(seconds=self._random.choice((5, 60, 600)))
        return [
            lambda: self._named("busy", RetryLater("Busy.")),
            lambda: self._named("busy with a wish", RetryLater("Busy.", after=wish)),
            lambda: self._named("mailbox away", MailboxUnavailable(f"{mailbox} moves.")),
            lambda: self._named("Exchange away", ExchangeUnavailable("Away.")),
        ]

    def _lost_writes(self, when: str) -> list[Callable[[], BaseException]]:
        if when == "after":
            return [lambda: self._named("answer lost, applied", OutcomeUnknown("The connection broke."))] * 4
        late = Late(self._random.randrange(1, LATEST))
        return [
            lambda: self._named("answer lost, not applied", OutcomeUnknown("The connection broke.")),
            lambda: self._named("answer lost, applied late", late),
            lambda: self._named("answer lost, applied late", late),
        ]

    def _refused_writes(self) -> list[Callable[[], BaseException]]:
        return [
            *[lambda: self._named("rejected", Rejected("No.", code="ErrorItemSave"))] * 2,
            lambda: self._named("stale", Stale("It changed.")),
            lambda: self._named("gone", Gone("It is not visible.")),
        ]

    def _feed_troubles(self) -> list[Callable[[], BaseException]]:
        return [
            lambda: self._named("sync state refused", StateInvalid("The sync state is not valid.")),
            lambda: self._named("page repeated", RepeatsPage("Again.")),
        ]

    def _crash(self, name: str) -> BaseException:
        self.power_cut()
        return self._named(name, Crash())

    def _named(self, name: str, error: BaseException) -> BaseException:
        self._counts[f"fault: {name}"] += 1
        self._history.tell(f"  ! {name}")
        return error

    def poison(self, mailbox: str | None) -> None:
        """Make one mailbox fail until further notice."""
        assert mailbox is None or mailbox in LISTED
        self.poisoned = mailbox
