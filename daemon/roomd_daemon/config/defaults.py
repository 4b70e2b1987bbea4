"""Where things are when the configuration does not say."""

import os
from pathlib import Path

import platformdirs

from roomd_core.api.socket_path import SYSTEM_SOCKET, user_socket


def state_dir() -> Path:
    """Return what systemd prepared (``StateDirectory=``), the system's folder for root, or the user's own."""
    if prepared := os.environ.get("STATE_DIRECTORY"):
        return Path(prepared.split(":")[0])
    if os.geteuid() == 0:
        return Path("/var/lib/roomd")
    return platformdirs.user_state_path("roomd")


def socket() -> Path:
    """Return the system's socket for root and under systemd (``RuntimeDirectory=``), otherwise the user's own."""
    is_system = os.geteuid() == 0 or "RUNTIME_DIRECTORY" in os.environ
    return SYSTEM_SOCKET if is_system else user_socket(os.environ)
