"""What a command of `roomctl` is: a question to the daemon, and how its answer is told."""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from roomd_core.api.client import Client
from roomd_core.errors import RoomdError
from roomd_tui.exits import Exit


class Setting(Struct, frozen=True, kw_only=True):
    """Where and when a command is given: the caller's zone, the present instant, the terminal's width in cells."""

    zone: ZoneInfo
    now: datetime
    width: int


class UsageError(RoomdError):
    """The command line cannot be understood."""


class Verdict(Struct, frozen=True):
    """An answer that is not what was asked for: the exit code, and the reason for people."""

    exit: Exit
    reason: str


def no_arguments(_parser: ArgumentParser) -> None:
    """It has no options of its own."""


def satisfied(_answer: object, _args: Namespace) -> Verdict | None:
    """Every answer will do."""
    return None


Ask = Callable[[Client, Namespace, Setting], Awaitable[Any]]
"""Asks the daemon, and answers with one struct of the wire, which ``--json`` prints as it is."""


class Command(Struct, frozen=True, kw_only=True):
    """``arguments`` declares its options, ``ask`` does it, ``tell`` puts the answer in words for the terminal.

    ``verdict`` finds what is wrong with an answer that came, such as a booking that Exchange refused.
    """

    name: str
    help: str
    ask: Ask
    tell: Callable[[Any, Setting], str]
    arguments: Callable[[ArgumentParser], None] = no_arguments
    verdict: Callable[[Any, Namespace], Verdict | None] = satisfied
    epilog: str = ""
