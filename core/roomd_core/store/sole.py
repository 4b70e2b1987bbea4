"""One daemon for a store and all its copies on this machine: a name that the kernel gives to one at a time."""

import hmac
import socket
from hashlib import sha256
from pathlib import Path
from struct import calcsize, unpack

from roomd_core.errors import StoreError

_CREDENTIALS = "3i"
"""Process, user and group of who listens (SO_PEERCRED, unix(7))."""


class SoleUse:
    """An abstract socket address (unix(7)) that follows from the store's secret, held until ``release`` or death.

    The folder's lock tells of two daemons in one folder; this of two in a folder and its copy, also when both were
    released. The name tells nobody what the secret is, so that no other user can take it first.
    """

    def __init__(self, folder: Path, secret: str, machine: str) -> None:
        """Take the name, or raise StoreError naming the process that has it."""
        name = hmac.new(secret.encode(), f"roomd {machine}".encode(), sha256).hexdigest()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._take(f"\0roomd-{name}", folder)
        except BaseException:
            self.release()
            raise

    def _take(self, address: str, folder: Path) -> None:
        try:
            self._socket.bind(address)
        except OSError:
            raise StoreError(
                f"Another roomd of this machine ({_holder(address)}) works with the store in {folder}, with a copy "
                "of it, or with what it is a copy of. Two would write everything twice: stop one for good, and "
                "remove its folder."
            ) from None
        self._socket.listen(1)

    def release(self) -> None:
        """Let another one have it."""
        self._socket.close()


def _holder(address: str) -> str:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(0)
            asking.connect(address)
            told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, calcsize(_CREDENTIALS))
    except OSError:
        return "which process, cannot be told"
    return f"process {unpack(_CREDENTIALS, told)[0]}"
