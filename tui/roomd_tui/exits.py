"""Exit codes: part of the outside contract."""

from enum import IntEnum

from roomd_core.api.wire import Problem


class Exit(IntEnum):
    """What `roomctl` tells the shell."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    DAEMON_AWAY = 3
    EXCHANGE_AWAY = 4
    INTERRUPTED = 130
    """128 + SIGINT, as shells count."""


def exit_of(problem: Problem) -> Exit:
    """Tell a refusal from an Exchange that does not answer."""
    unreachable = problem.type == "urn:roomd:problem:exchange-unreachable"
    return Exit.EXCHANGE_AWAY if unreachable else Exit.REFUSED
