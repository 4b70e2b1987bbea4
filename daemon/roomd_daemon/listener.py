"""The control socket: bound by us with mode 0660, or handed over by systemd."""

import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from roomd_core.errors import RoomdError

MODE = 0o660
FIRST_HANDED_OVER = 3
"""The first descriptor systemd hands over (sd_listen_fds(3))."""
BACKLOG = 128


class ListenError(RoomdError):
    """The socket cannot be listened on; the message says what to do."""


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Listen on the socket systemd handed over, otherwise on ``path``, removed at the end. Raise ListenError."""
    handed_over = take_handed_over(os.environ)
    if handed_over is not None:
        with handed_over:
            yield handed_over
        return
    with _bound(path) as sock:
        ours = _identity(path)
        try:
            yield sock
        finally:
            if _identity(path) == ours:
                path.unlink()


def take_handed_over(environment: Mapping[str, str]) -> socket.socket | None:
    """Return the socket systemd passed to this very process (sd_listen_fds(3)), or None. Raise ListenError."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = environment.get("LISTEN_FDS", "0")
    if count == "0":
        return None
    if count != "1":
        raise ListenError(f"systemd handed over {count} sockets, and roomd listens on one: look at roomd.socket.")
    sock = socket.socket(fileno=FIRST_HANDED_OVER)
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        sock.detach()
        raise ListenError("systemd handed over a socket that is no Unix stream socket: look at roomd.socket.")
    sock.set_inheritable(False)
    return sock


def _bound(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        _clear_away(path)
        sock.bind(str(path))
        path.chmod(MODE)  # nobody can have connected: that is possible only from the next line on
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ListenError(
            f"{path}: cannot listen here ({error.strerror or error}). Give roomd's user the right to write in "
            f"{path.parent}, or name another place (paths.socket)."
        ) from error
    except ListenError:
        sock.close()
        raise
    return sock


def _clear_away(path: Path) -> None:
    """Remove the socket a killed daemon left. Raise ListenError when somebody answers, or when it is no socket."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenError(f"{path}: something that is no socket is here. Move it away, or name another place.")
    if _somebody_answers(path):
        raise ListenError(
            f"{path}: another roomd answers here. Stop that one first, or name another place (paths.socket)."
        )
    path.unlink()


def _somebody_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dialling:
        dialling.settimeout(0)
        try:
            dialling.connect(str(path))
        except ConnectionRefusedError:
            return False
        except BlockingIOError:  # its queue is full: it lives, and is busy
            return True
        return True


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
