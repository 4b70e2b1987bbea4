"""The terminal's port to the daemon, prepared by a test: real wire values over a real Unix socket.

It decides nothing: it answers with what it was given, remembers what it was asked, and publishes what it is told to.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from roomd_core.api import wire
from roomd_core.api.routes import ROUTES
from roomd_core.model import EventStatus, Run, Side

BODIES = {route.name: route.body for route in ROUTES}


class PreparedDaemon:
    """``asked`` holds (route, path's id, body) of every request that changes something."""

    def __init__(self, path: Path, status: wire.Status, timeline: wire.Timeline) -> None:
        self.path = path
        self.status = status
        self.rows = timeline.rooms
        self.events: dict[str, wire.EventView] = {}
        self.conflicts: list[wire.ConflictView] = []
        self.problems: dict[str, wire.Problem] = {}
        self.booked: wire.EventView | None = None
        self.run: Run | None = None
        self.plan = wire.Plan(writes=(), events=())
        self.audited = wire.Audit(mailboxes=())
        self.asked: list[tuple[str, str, Any]] = []
        self.keys: list[str | None] = []
        self.versions: list[str | None] = []
        self.queries: list[dict[str, str]] = []
        self.days: list[tuple[date | None, str, tuple[str, ...]]] = []
        self.seq = 1
        self._watchers: set[asyncio.Queue[wire.Notice | None]] = set()
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.path))
        routes = [
            Route(route.path, self._endpoint(route.name), methods=[route.method])
            for route in ROUTES
            if hasattr(self, f"do_{route.name}")
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._server.capture_signals = _no_signals  # type: ignore[method-assign]
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        if not (self._server and self._serving):
            return
        self.path.unlink(missing_ok=True)
        self._server.should_exit = True
        for watcher in self._watchers:
            watcher.put_nowait(None)
        await self._serving
        self._server = self._serving = None

    @property
    def _stopping(self) -> bool:
        return self._server is None or self._server.should_exit

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def publish(self, **fields: Any) -> None:
        self.seq += 1
        for watcher in self._watchers:
            watcher.put_nowait(wire.Notice(seq=self.seq, **fields))

    def occupy(self, room: str, *spans: wire.Span) -> None:
        """Put bookings into a room, and tell whoever watches."""
        self.rows = tuple(
            replace(row, occupancies=tuple(sorted((*row.occupancies, *spans), key=lambda one: one.start)))
            if row.address == room
            else row
            for row in self.rows
        )
        self.publish(events=tuple(span.event for span in spans), mailboxes=(room,))

    def free(self, event: str) -> None:
        self.rows = tuple(
            replace(row, occupancies=tuple(span for span in row.occupancies if span.event != event))
            for row in self.rows
        )
        self.publish(events=(event,))

    def _endpoint(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if name in self.problems and "drop_exceptions" not in request.query_params:
                self.keys.append(request.headers.get("Idempotency-Key"))
                problem = self.problems[name]
                return Response(msgspec.json.encode(problem), problem.status, media_type="application/problem+json")
            answer = await getattr(self, f"do_{name}")(request)
            return answer if isinstance(answer, Response) else Response(msgspec.json.encode(answer))

        return endpoint

    async def _body(self, name: str, request: Request) -> Any:
        form = BODIES[name]
        body = msgspec.json.decode(await request.body(), type=form) if form else None
        self.asked.append((name, request.path_params.get("id", ""), body))
        self.keys.append(request.headers.get("Idempotency-Key"))
        self.versions.append(request.headers.get("If-Match"))
        self.queries.append(dict(request.query_params))
        return body

    async def do_status(self, _request: Request) -> wire.Status:
        return replace(self.status, conflicts=len(self.conflicts))

    async def do_rooms(self, _request: Request) -> wire.Mailboxes:
        return wire.Mailboxes(mailboxes=tuple(one for one in self.status.mailboxes if one.mailbox.kind == "room"))

    async def do_people(self, _request: Request) -> wire.Mailboxes:
        return wire.Mailboxes(mailboxes=tuple(one for one in self.status.mailboxes if one.mailbox.kind == "person"))

    async def do_timeline(self, request: Request) -> wire.Timeline:
        day, zone = date.fromisoformat(request.query_params["day"]), request.query_params.get("zone", "UTC")
        rooms = tuple(request.query_params.getlist("room"))
        self.days.append((day, zone, rooms))
        start, end = (
            datetime.combine(date.fromordinal(day.toordinal() + by), datetime.min.time(), tzinfo=ZoneInfo(zone))
            for by in (0, 1)
        )
        rows = tuple(
            replace(row, occupancies=tuple(one for one in row.occupancies if one.start < end and one.end > start))
            for row in self.rows
            if not rooms or row.address in rooms or row.name in rooms
        )
        return wire.Timeline(start=start, end=end, rooms=rows)

    async def do_event(self, request: Request) -> wire.EventView:
        return self.events[request.path_params["id"]]

    async def do_book(self, request: Request) -> wire.EventView:
        await self._body("book", request)
        assert self.booked, "the test prepares the event that a booking makes"
        self.events[self.booked.id] = self.booked
        return self.booked

    async def do_change(self, request: Request) -> wire.EventView:
        await self._body("change", request)
        return self.events[request.path_params["id"]]

    async def do_cancel(self, request: Request) -> wire.EventView:
        await self._body("cancel", request)
        event = self.events[request.path_params["id"]]
        return replace(event, status=EventStatus.CANCELLED, state=wire.EventState.CANCELLED)

    async def do_sync(self, request: Request) -> Run:
        await self._body("sync", request)
        assert self.run, "the test prepares the run"
        return self.run

    async def do_plan(self, _request: Request) -> wire.Plan:
        return self.plan

    async def do_audits(self, request: Request) -> wire.Audit:
        self.asked.append(("audits", ",".join(request.query_params.getlist("mailbox")), None))
        return self.audited

    async def do_audit(self, request: Request) -> wire.Audit:
        await self._body("audit", request)
        return self.audited

    async def do_conflicts(self, _request: Request) -> wire.Conflicts:
        return wire.Conflicts(conflicts=tuple(self.conflicts))

    async def do_resolve(self, request: Request) -> wire.ConflictView:
        body: wire.Resolution = await self._body("resolve", request)
        [conflict] = [one for one in self.conflicts if one.id == request.path_params["id"]]
        self.conflicts.remove(conflict)
        self.publish(events=(conflict.event.id,))
        return replace(conflict, kept=Side(body.keep), resolved_at=self.status.now, resolved_by="unix:zhangsan")

    async def do_release(self, request: Request) -> wire.Status:
        await self._body("release", request)
        self.status = replace(self.status, quarantine="")
        return self.status

    async def do_sign_in(self, request: Request) -> wire.Status:
        await self._body("sign_in", request)
        return self.status

    async def do_stream(self, _request: Request) -> StreamingResponse:
        return StreamingResponse(self._lines(), media_type="application/x-ndjson")

    async def _lines(self) -> AsyncIterator[bytes]:
        watcher: asyncio.Queue[wire.Notice | None] = asyncio.Queue()
        self._watchers.add(watcher)
        watcher.put_nowait(wire.Notice(seq=self.seq, status=await self.do_status(None)))  # type: ignore[arg-type]
        try:
            while not self._stopping and (notice := await watcher.get()):
                yield msgspec.json.encode(notice) + b"\n"
        finally:
            self._watchers.discard(watcher)


def _no_signals() -> Any:
    """A server inside a test must leave the process's signals alone."""
    return nullcontext()


@asynccontextmanager
async def serving(daemon: PreparedDaemon) -> AsyncIterator[PreparedDaemon]:
    await daemon.start()
    try:
        yield daemon
    finally:
        await daemon.stop()
