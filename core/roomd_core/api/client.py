"""The typed client of the control socket: the one door for `roomctl`, its interface and programs in Python.

Every method is named as its route and answers with the route's struct. What can go wrong is two classes:
``ProblemError`` (the daemon said no, and why) and ``DaemonUnreachable`` (there was nobody to say anything).
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct

from roomd_core.api import params, wire
from roomd_core.api.routes import ROUTES
from roomd_core.api.socket_path import SYSTEM_SOCKET, find_socket, user_socket
from roomd_core.api.unreachable import DaemonUnreachable, unreachable
from roomd_core.errors import RoomdError
from roomd_core.model import Run, Side

__all__ = [
    "SYSTEM_SOCKET",
    "Client",
    "DaemonUnreachable",
    "ProblemError",
    "find_socket",
    "user_socket",
]

Answer = TypeVar("Answer")

STREAM_SILENCE = 90.0
"""Seconds without a line after which a stream counts as broken; the daemon says something every 30."""

_ROUTES = {route.name: route for route in ROUTES}


class ProblemError(RoomdError):
    """The daemon said no; ``problem`` says why, in words and in fields."""

    def __init__(self, problem: wire.Problem) -> None:
        """Show the problem's one sentence."""
        super().__init__(problem.detail)
        self.problem = problem


class Client:
    """A connection to the daemon; use it as ``async with Client(find_socket(None, os.environ)) as client``.

    ``timeout`` is in seconds and covers each step of a request; calls that wait for Exchange get longer.
    """

    def __init__(self, socket: Path, *, timeout: float = 10.0) -> None:
        self.socket = socket
        self._timeout = timeout
        # Nothing here speaks TLS: an empty context spares reading the host's certificates, 20 ms a command.
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx2.AsyncHTTPTransport(uds=str(socket), verify=no_tls, trust_env=False)
        self._http = httpx2.AsyncClient(
            transport=transport, base_url="http://roomd", timeout=timeout, trust_env=False, verify=no_tls
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def status(self) -> wire.Status:
        """Ask for the whole daemon at a glance."""
        return await self._ask("status", wire.Status)

    async def mailboxes(self) -> wire.Mailboxes:
        """Ask for every room and person."""
        return await self._ask("mailboxes", wire.Mailboxes)

    async def rooms(self) -> wire.Mailboxes:
        """Ask for the rooms."""
        return await self._ask("rooms", wire.Mailboxes)

    async def people(self) -> wire.Mailboxes:
        """Ask for the people."""
        return await self._ask("people", wire.Mailboxes)

    async def source(self, *, room_list: str | None = None, pattern: str | None = None) -> wire.SourceReading:
        """Ask Exchange for the rooms of a room list, or of those a pattern fits, however long it takes."""
        query = params.SourceQuery(list=room_list, pattern=pattern)
        return await self._ask("source", wire.SourceReading, query=query)

    async def put_person(self, address: str, person: wire.Person) -> wire.MailboxStatus:
        """Keep a person's calendar in step from now on; the same again changes what is known of them."""
        return await self._ask("put_person", wire.MailboxStatus, of=address, body=person)

    async def remove_person(self, address: str) -> wire.MailboxStatus:
        """Read the calendar of a person made through the API no longer."""
        return await self._ask("remove_person", wire.MailboxStatus, of=address)

    async def timeline(self, query: params.TimelineQuery) -> wire.Timeline:
        """Ask who has which room when."""
        return await self._ask("timeline", wire.Timeline, query=query)

    async def book(
        self, booking: wire.Booking, *, wait: bool = False, patience: float = 60.0, idempotency_key: str | None = None
    ) -> wire.EventView:
        """Book rooms; with ``wait`` answer when Exchange has it, or refused it, or ``patience`` seconds have passed.

        The same ``idempotency_key`` again gives the same event: a caller that lost the answer may ask again.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        query = params.BookQuery(wait=wait, timeout=patience)
        return await self._ask("book", wire.EventView, query=query, body=booking, headers=headers)

    async def event(self, event_id: str) -> wire.EventView:
        """Ask for one event."""
        return await self._ask("event", wire.EventView, of=event_id)

    async def change(  # noqa: PLR0913 - what is changed, of what, and on which conditions
        self,
        event_id: str,
        patch: wire.EventPatch,
        *,
        version: int | None = None,
        scope: wire.Scope | None = None,
        occurrence: datetime | None = None,
        drop_exceptions: bool = False,
        wait: bool = False,
        patience: float = 60.0,
    ) -> wire.EventView:
        """Change an event; with ``version`` only if it has not changed since it was read.

        Of a series, ``scope`` says which occurrences and ``occurrence`` names one by its original start.
        """
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        query = params.ChangeQuery(
            wait=wait, timeout=patience, scope=scope, occurrence=occurrence, drop_exceptions=drop_exceptions
        )
        return await self._ask("change", wire.EventView, of=event_id, query=query, body=patch, headers=headers)

    async def cancel(
        self,
        event_id: str,
        *,
        scope: wire.Scope | None = None,
        occurrence: datetime | None = None,
        wait: bool = False,
        patience: float = 60.0,
    ) -> wire.EventView:
        """Cancel an event, or the occurrences of a series that are meant."""
        query = params.CancelQuery(wait=wait, timeout=patience, scope=scope, occurrence=occurrence)
        return await self._ask("cancel", wire.EventView, of=event_id, query=query)

    async def sync(self, *, wait: bool = False) -> Run:
        """Bring both sides together now; with ``wait`` answer when the run has ended, however long it takes."""
        return await self._ask("sync", Run, query=params.SyncQuery(wait=wait))

    async def audits(self, *mailboxes: str) -> wire.Audit:
        """Ask what comparing these mailboxes, or all, with Exchange's own calendar view has found."""
        return await self._ask("audits", wire.Audit, query=params.AuditQuery(mailbox=mailboxes))

    async def audit(self, *mailboxes: str) -> wire.Audit:
        """Compare these mailboxes, or all, with Exchange's own calendar view now, however long it takes."""
        return await self._ask("audit", wire.Audit, query=params.AuditQuery(mailbox=mailboxes))

    async def plan(self, *, read: bool = False) -> wire.Plan:
        """Ask what a sync would write and whom it would mail; with ``read`` after reading Exchange anew."""
        return await self._ask("plan", wire.Plan, query=params.PlanQuery(read=read))

    async def runs(self, *, limit: int = 20) -> wire.Runs:
        """Ask for the newest sync runs."""
        return await self._ask("runs", wire.Runs, query=params.RunsQuery(limit=limit))

    async def conflicts(self, *, all: bool = False) -> wire.Conflicts:  # noqa: A002 - named as on the wire
        """Ask what a person should decide; with ``all`` also what was decided."""
        return await self._ask("conflicts", wire.Conflicts, query=params.ConflictsQuery(all=all))

    async def conflict(self, conflict_id: str) -> wire.ConflictView:
        """Ask for one conflict."""
        return await self._ask("conflict", wire.ConflictView, of=conflict_id)

    async def resolve(
        self, conflict_id: str, keep: Side, *, room: str | None = None, version: int | None = None
    ) -> wire.ConflictView:
        """Decide a conflict; with ``room`` by taking that room instead, with ``version`` only as it was read."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        body = wire.Resolution(keep=keep, room=room)
        return await self._ask("resolve", wire.ConflictView, of=conflict_id, body=body, headers=headers)

    async def release(self) -> wire.Status:
        """End the quarantine of the store."""
        return await self._ask("release", wire.Status)

    async def sign_in(self) -> wire.Status:
        """Say that the service account was mended; the status tells how Exchange took it."""
        return await self._ask("sign_in", wire.Status)

    async def changes(self, *, since: int = 0, limit: int = 500, wait: float = 0.0) -> wire.Changes:
        """Ask what happened after entry ``since``; with ``wait`` stay up to that many seconds for the first entry."""
        query = params.ChangesQuery(since=since, limit=limit, wait=wait)
        return await self._ask("changes", wire.Changes, query=query)

    async def openapi(self) -> dict[str, Any]:
        """Ask for the description of this API."""
        return await self._ask("openapi", dict[str, Any])

    async def stream(self) -> AsyncGenerator[wire.Notice]:
        """Follow the daemon: first a notice with its status, then one for everything that changes.

        Ends when the daemon ends the stream; raises DaemonUnreachable when the connection breaks. Close it with
        ``contextlib.aclosing`` when you stop before its end.
        """
        decode = msgspec.json.Decoder(wire.Notice).decode
        patience = httpx2.Timeout(self._timeout, read=STREAM_SILENCE)
        try:
            async with self._http.stream("GET", _ROUTES["stream"].path, timeout=patience) as response:
                if response.is_error:
                    await response.aread()
                    raise ProblemError(_problem_in(response))
                async for line in _lines(response.aiter_bytes()):
                    yield decode(line)
        except httpx2.TransportError as error:
            raise unreachable(self.socket, error) from error

    async def _ask(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        name: str,
        answer: type[Answer],
        *,
        of: str | None = None,
        query: Struct | None = None,
        body: Struct | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        route = _ROUTES[name]
        request = self._http.build_request(
            route.method,
            route.path.replace("{id}", quote(of or "", safe="")),
            params=_parameters(query),
            headers={**(headers or {}), **({"Content-Type": "application/json"} if body is not None else {})},
            content=None if body is None else msgspec.json.encode(body),
            timeout=httpx2.Timeout(self._timeout, read=_patience(query, self._timeout)),
        )
        try:
            response = await self._http.send(request)
        except httpx2.TransportError as error:
            raise unreachable(self.socket, error) from error
        if response.is_error:
            raise ProblemError(_problem_in(response))
        return msgspec.json.decode(response.content, type=answer)


def _parameters(query: Struct | None) -> dict[str, list[str]]:
    """Write a query struct as parameters: defaults left out, a tuple as one parameter repeated."""
    if query is None:
        return {}
    values = {
        field.encode_name: (getattr(query, field.name), field.default) for field in msgspec.structs.fields(query)
    }
    return {name: _texts(value) for name, (value, default) in values.items() if value != default}


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, tuple) else [_text(value)]


def _text(value: Any) -> str:
    plain = msgspec.to_builtins(value)
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def _patience(query: Struct | None, timeout: float) -> float | None:
    """How many seconds the answer may take: what the query asks to wait comes on top; None for a whole run."""
    match query:
        case params.SyncQuery(wait=True) | params.PlanQuery(read=True) | params.AuditQuery() | params.SourceQuery():
            return None
        case params.BookQuery(wait=True, timeout=longer) | params.ChangesQuery(wait=longer):
            return timeout + longer
    return timeout


def _problem_in(response: httpx2.Response) -> wire.Problem:
    try:
        return msgspec.json.decode(response.content, type=wire.Problem)
    except msgspec.DecodeError:
        return wire.Problem(
            type="urn:roomd:problem:internal",
            title="An answer roomd does not give",
            status=response.status_code,
            detail=f"The answer was {response.status_code} {response.reason_phrase}: is this socket roomd's?",
        )


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Cut at line feeds only: a title may hold what Unicode also counts as the end of a line."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line
