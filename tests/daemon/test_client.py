import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.live_daemon import TOMORROW, LiveDaemon
from roomd_core.api import params, socket_path, wire
from roomd_core.api.client import Client, DaemonUnreachable, ProblemError, find_socket
from roomd_core.api.routes import ROUTES


def test_every_route_has_a_method_of_its_name() -> None:
    assert [route.name for route in ROUTES if not callable(getattr(Client, route.name, None))] == []


def test_the_option_wins_over_the_variable() -> None:
    assert find_socket(Path("/option"), {"ROOMD_SOCKET": "/variable"}) == Path("/option")
    assert find_socket(None, {"ROOMD_SOCKET": "/variable"}) == Path("/variable")


def test_the_systems_socket_comes_before_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = tmp_path / "system.sock"
    monkeypatch.setattr(socket_path, "SYSTEM_SOCKET", system)
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert find_socket(None, environment) == system
    own = tmp_path / "roomd" / "control.sock"
    own.parent.mkdir()
    own.touch()
    assert find_socket(None, environment) == own
    system.touch()
    assert find_socket(None, environment) == system


async def why_unreachable(path: Path, **options: float) -> str:
    async with Client(path, **options) as client:
        with pytest.raises(DaemonUnreachable) as caught:
            await client.status()
    return str(caught.value)


async def test_without_a_socket_roomd_does_not_run(tmp_path: Path) -> None:
    message = await why_unreachable(tmp_path / "control.sock")
    assert message.startswith(f"{tmp_path}/control.sock: no such socket, so roomd is not running here.")
    assert "systemctl start roomd" in message


async def test_a_socket_that_nobody_answers_was_left_by_a_roomd_that_died(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert "nobody answers, a roomd that died has left it." in await why_unreachable(path)


@asynccontextmanager
async def somebody_else(path: Path, answer: bytes, *, close: bool = True) -> AsyncIterator[None]:
    """Listen on the socket, read a bit, and answer something."""
    ended = asyncio.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        if not close:
            await ended.wait()
        writer.close()

    async with await asyncio.start_unix_server(converse, path):
        yield
        ended.set()


async def test_a_connection_that_breaks_says_that_the_outcome_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with somebody_else(path, b""):
        assert "Whether a change was made is not known" in await why_unreachable(path)


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    async with somebody_else(path, b"", close=False):
        assert "did not answer in time" in await why_unreachable(path, timeout=0.05)


async def test_an_answer_that_is_not_roomds_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    reply = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhm"
    async with somebody_else(path, reply), Client(path) as client:
        with pytest.raises(ProblemError, match="is this socket roomd's"):
            await client.status()


async def test_a_line_of_the_stream_may_hold_what_unicode_counts_as_a_line_break(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    lines = '{"seq":1,"events":["a\u2028b\u0085c"]}\n\n{"seq":2}\n'.encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n"
    async with somebody_else(path, head + lines), Client(path) as client:
        notices = [notice async for notice in client.stream()]
    assert notices == [wire.Notice(seq=1, events=("a\u2028b\u0085c",)), wire.Notice(seq=2)]


async def test_questions_travel_with_their_offset_and_their_signs(daemon: LiveDaemon) -> None:
    zone = (await daemon.client.status()).now.tzinfo
    query = params.TimelineQuery(
        start=TOMORROW.astimezone(zone), end=TOMORROW + timedelta(hours=1), room=("2楼广寒宫",)
    )
    assert (await daemon.client.timeline(query)).start == TOMORROW
    with pytest.raises(ProblemError, match="a&b=c/d"):
        await daemon.client.event("a&b=c/d?#")


CONNECT_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from roomd_core.api.client import Client, DaemonUnreachable
async def ask(path):
    try:
        async with Client(path) as client: await client.status()
    except DaemonUnreachable as error: return str(error)
asyncio.run(ask(Path("/nowhere")))  # nobody may not read this interpreter's folder
os.setgid(65534); os.setuid(65534)
print(asyncio.run(ask(Path(sys.argv[1]))))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as somebody else")
def test_without_the_right_the_group_to_join_is_named(public_folder: Path) -> None:
    path = public_folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        path.chmod(0o660)
        os.chown(path, 0, 4)
        argv = [sys.executable, "-c", CONNECT_AS_NOBODY, str(path)]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert 'permission denied. Your user is not in group "adm"' in done.stdout
