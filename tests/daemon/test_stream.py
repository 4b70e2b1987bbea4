import asyncio
from contextlib import aclosing

import pytest

from daemon.live_daemon import ROOM, LiveDaemon, a_booking
from roomd_core.api.client import DaemonUnreachable, ProblemError
from roomd_core.api.wire import Notice
from roomd_core.model import Trigger
from roomd_daemon.http import broadcast as broadcasting
from roomd_daemon.http import stream
from roomd_daemon.http.broadcast import Broadcast


async def test_the_stream_begins_with_a_snapshot(daemon: LiveDaemon) -> None:
    async with aclosing(daemon.client.stream()) as notices:
        first = await anext(notices)
    assert first.status is not None
    assert first.status.mailboxes == (await daemon.client.status()).mailboxes


async def test_a_booking_is_told_to_whoever_listens(daemon: LiveDaemon) -> None:
    async with aclosing(daemon.client.stream()) as notices:
        snapshot = await anext(notices)
        booked = await daemon.client.book(a_booking())
        async for notice in notices:
            if booked.id in notice.events:
                break
    assert notice.seq > snapshot.seq
    assert notice.status is None


async def test_a_run_is_told_when_it_has_ended(daemon: LiveDaemon) -> None:
    async with aclosing(daemon.client.stream()) as notices:
        await anext(notices)
        await daemon.client.sync()
        async for notice in notices:
            if notice.run is not None and notice.run.trigger is Trigger.HAND:
                break
    assert notice.run.finished_at is not None
    assert ROOM in notice.mailboxes


async def test_silence_is_broken_now_and_then(daemon: LiveDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    async with aclosing(daemon.client.stream()) as notices, asyncio.timeout(5):
        first = await anext(notices)
        async for notice in notices:
            if notice == Notice(seq=first.seq):
                break


async def test_streams_and_waiting_requests_end_when_the_daemon_does(daemon: LiveDaemon) -> None:
    async with aclosing(daemon.client.stream()) as notices, asyncio.timeout(5):
        await anext(notices)
        waiting = asyncio.create_task(daemon.client.changes(wait=600))
        await asyncio.sleep(0)
        await daemon.client.status()
        await daemon.stop()
        async for notice in notices:
            assert notice.status is None
        with pytest.raises(ProblemError) as refused:
            await waiting
    assert (refused.value.problem.status, refused.value.problem.type) == (503, "urn:roomd:problem:stopping")
    with pytest.raises(DaemonUnreachable):
        await daemon.client.status()


async def test_a_listener_that_does_not_read_is_dropped_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasting, "QUEUE", 3)
    broadcast = Broadcast()
    with broadcast.subscription() as slow, broadcast.subscription() as quick:
        heard = []
        for seq in range(5):
            broadcast.publish(Notice(seq=seq))
            heard.append(await quick.next())
        assert heard == [Notice(seq=seq) for seq in range(5)]
        assert await slow.next() is None
