"""Where the control socket is: one answer for the daemon that makes it and the clients that look for it."""

import os
from collections.abc import Mapping
from pathlib import Path

SYSTEM_SOCKET = Path("/run/roomd/control.sock")
"""The socket of a daemon run by systemd for everybody on the host."""

VARIABLE = "ROOMD_SOCKET"
"""The environment variable that names another socket."""


def user_socket(environment: Mapping[str, str]) -> Path:
    """Return the socket of a daemon that a user runs for himself (XDG Base Directory, ``XDG_RUNTIME_DIR``)."""
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return Path(runtime) / "roomd" / "control.sock"


def find_socket(option: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the socket to ask: the ``--socket`` option, ``$ROOMD_SOCKET``, the system's, or the user's own.

    The user's own is taken only when it is there and the system's is not, so that an error names the usual place.
    """
    if option is not None:
        return option
    if named := environment.get(VARIABLE):
        return Path(named)
    own = user_socket(environment)
    return own if _is_there(own) and not _is_there(SYSTEM_SOCKET) else SYSTEM_SOCKET


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:  # behind a closed door: connecting will say whose group is missing
        return True
