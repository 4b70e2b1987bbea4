"""Telling systemd how far we are (sd_notify(3)); nobody listens when it did not start us."""

import socket
from collections.abc import Mapping


class Notifier:
    """Sends states to the socket that systemd named in ``$NOTIFY_SOCKET``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Find the socket; a leading ``@`` is the abstract namespace (unix(7))."""
        named = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + named[1:] if named.startswith("@") else named

    def ready(self, status: str) -> None:
        """Say that the socket answers."""
        self._send("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        """Say in words what is going on; ``systemctl status`` shows it."""
        self._send(f"STATUS={status}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1", "STATUS=Stopping.")

    def _send(self, *lines: str) -> None:
        """Send one datagram. A listener that went away, or is full, must not take the daemon with it."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0)
            try:
                sock.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                return
