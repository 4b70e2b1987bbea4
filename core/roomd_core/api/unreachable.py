"""When nobody answers on the control socket: what was found there, and what to do next."""

import errno
import grp
from pathlib import Path

import httpx2

from roomd_core.errors import RoomdError

_LOOK = "systemctl status roomd"
_START = f"Look with `{_LOOK}`, start it with `systemctl start roomd` or `roomd run --config FILE`."


class DaemonUnreachable(RoomdError):  # noqa: N818 - a state, not a fault of the caller
    """No daemon answers on the socket. The message says what was found there and what to do next."""


def unreachable(socket: Path, error: httpx2.TransportError) -> DaemonUnreachable:
    """Say what was found at the socket, and what to do next."""
    cause = _cause(error)
    match cause:
        case OSError(errno=errno.ENOENT | errno.ENOTDIR):
            return DaemonUnreachable(f"{socket}: no such socket, so roomd is not running here. {_START}")
        case OSError(errno=errno.EACCES | errno.EPERM):
            return DaemonUnreachable(f"{socket}: permission denied. {_ask_for_group(socket)}")
        case OSError(errno=errno.ECONNREFUSED):
            return DaemonUnreachable(f"{socket}: nobody answers, a roomd that died has left it. {_START}")
    if isinstance(error, httpx2.TimeoutException):
        return _unknown(f"{socket}: roomd did not answer in time.")
    return _unknown(f"{socket}: the connection to roomd broke ({cause or error}).")


def _unknown(what: str) -> DaemonUnreachable:
    return DaemonUnreachable(
        f"{what} Whether a change was made is not known: look before you repeat it. See what roomd does: {_LOOK}."
    )


def _cause(error: BaseException) -> OSError | None:
    """Return the operating system's own error behind the library's."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, OSError):
        seen = seen.__cause__ or seen.__context__
    return seen


def _ask_for_group(socket: Path) -> str:
    group = _group_of(socket)
    if group is None:
        return "Your user may not use roomd: ask the administrator which group may."
    return f'Your user is not in group "{group}": have it added (`usermod -aG {group} YOU`), then log in again.'


def _group_of(socket: Path) -> str | None:
    for path in (socket, socket.parent):
        try:
            return grp.getgrgid(path.stat().st_gid).gr_name
        except (OSError, KeyError):
            continue
    return None
