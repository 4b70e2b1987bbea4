import socket
from pathlib import Path

import pytest

from roomd_daemon.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path):  # noqa: ANN201 - a generator of a pair
    """A datagram socket as systemd binds it, and what ``$NOTIFY_SOCKET`` says of it."""
    path = str(tmp_path / "notify") if request.param == "path" else f"\0roomd-test-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.settimeout(5)
        yield sock, path.replace("\0", "@")


def test_systemd_hears_what_is_going_on(systemd: tuple[socket.socket, str]) -> None:
    sock, address = systemd
    notifier = Notifier({"NOTIFY_SOCKET": address})
    notifier.ready("Ready.")
    notifier.status("43 mailboxes read.")
    notifier.stopping()
    heard = [sock.recv(1000) for _ in range(3)]
    assert heard == [b"READY=1\nSTATUS=Ready.", b"STATUS=43 mailboxes read.", b"STOPPING=1\nSTATUS=Stopping."]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_without_anybody_to_hear_nothing_happens(environment: dict[str, str]) -> None:
    Notifier(environment).ready("Ready.")
