"""One daemon for a store and all its copies on this machine: a name that the kernel gives to one at a time."""

import hmac
import os
import socket
from errno import EADDRINUSE
from hashlib import sha256
from pathlib import Path
from struct import calcsize, unpack

from roomd_core.errors import StoreError

_CREDENTIALS = "3i"
"""Process, user and group of who listens (SO_PEERCRED, unix(7))."""


class SoleUse:
    """An abstract socket address (unix(7)) that follows from the store's secret, held until ``release`` or death.

    The folder's lock tells of two daemons in one folder; this of two in a folder and its copy, also when both were
    released. Any user can take any such name: one that is not held by this user or root is no roomd's, and ignored.
    """

    def __init__(self, folder: Path, secret: str, machine: str) -> None:
        """Take the name, or raise StoreError naming the process that has it."""
        name = hmac.new(secret.encode(), f"roomd {machine}".encode(), sha256).hexdigest()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as holding:
            _bind(holding, f"\0roomd-{name}", folder)
            self._descriptor = holding.detach()

    def release(self) -> None:
        """Let another one have it."""
        os.close(self._descriptor)


def _bind(holding: socket.socket, address: str, folder: Path) -> None:
    try:
        holding.bind(address)
        holding.listen()
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        process, user = _holder(address)
        if user in (0, os.geteuid()):
            raise StoreError(
                f"Another roomd of this machine (process {process}) works with the store in {folder}, with a copy of "
                "it, or with what it is a copy of. Two would write everything twice: stop one for good, and remove "
                "its folder."
            ) from None


def _holder(address: str) -> tuple[int, int | None]:
    """Return process and user of who listens there; the user is None where nobody does."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(0)
            asking.connect(address)
            told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, calcsize(_CREDENTIALS))
    except OSError:
        return 0, None
    process, user, _ = unpack(_CREDENTIALS, told)
    return process, user
