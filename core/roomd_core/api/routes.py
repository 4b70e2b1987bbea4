"""The one table of routes: the server, the OpenAPI document and the documentation are made from it."""

from typing import Literal

from msgspec import Struct

from roomd_core.api import params, wire
from roomd_core.model import Run

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Route(Struct, frozen=True, kw_only=True):
    """One thing that can be asked. ``name`` is its operation id and the client's method.

    ``query`` and ``body`` are request structs, ``answer`` the response struct; None where there is none. ``mutates``
    marks what needs a caller who may act; ``restricted`` what only tells who may act for everybody. ``media`` is the
    answer's media type.
    """

    name: str
    method: Method
    path: str
    help: str
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    answer: type[Struct] | None = None
    status: int = 200
    mutates: bool = False
    restricted: bool = False
    media: str = "application/json"


ROUTES: tuple[Route, ...] = (
    Route(name="status", method="GET", path="/v1/status", answer=wire.Status, help="The whole daemon at a glance."),
    Route(name="mailboxes", method="GET", path="/v1/mailboxes", answer=wire.Mailboxes, help="Every room and person."),
    Route(name="rooms", method="GET", path="/v1/rooms", answer=wire.Mailboxes, help="The rooms."),
    Route(name="people", method="GET", path="/v1/people", answer=wire.Mailboxes, help="The people."),
    Route(
        name="put_person", method="PUT", path="/v1/people/{id}", body=wire.Person, answer=wire.MailboxStatus,
        mutates=True, help="Keep a person's calendar in step, by address; the same again changes name and user.",
    ),
    Route(
        name="remove_person", method="DELETE", path="/v1/people/{id}", answer=wire.MailboxStatus, mutates=True,
        help="Read the calendar of a person made through the API no longer; what is known of it stays.",
    ),
    Route(
        name="source", method="GET", path="/v1/room-source", query=params.SourceQuery, answer=wire.SourceReading,
        restricted=True, help="The rooms that a room list or a pattern stands for, as Exchange says now.",
    ),
    Route(
        name="timeline", method="GET", path="/v1/timeline", query=params.TimelineQuery, answer=wire.Timeline,
        help="Who has which room when: a day, or any span of time.",
    ),
    Route(
        name="book", method="POST", path="/v1/events", query=params.BookQuery, body=wire.Booking,
        answer=wire.EventView, status=201, mutates=True, help="Book one or more rooms.",
    ),
    Route(name="event", method="GET", path="/v1/events/{id}", answer=wire.EventView, help="One event."),
    Route(
        name="change", method="PATCH", path="/v1/events/{id}", query=params.ChangeQuery, body=wire.EventPatch,
        answer=wire.EventView, mutates=True, help="Change an event; If-Match refuses when it changed meanwhile.",
    ),
    Route(
        name="cancel", method="DELETE", path="/v1/events/{id}", query=params.CancelQuery, answer=wire.EventView,
        mutates=True, help="Cancel an event: recoverable in Outlook, its rooms are free.",
    ),
    Route(
        name="sync", method="POST", path="/v1/sync", query=params.SyncQuery, answer=Run, mutates=True,
        help="Bring both sides together now.",
    ),
    Route(
        name="plan", method="GET", path="/v1/sync/plan", query=params.PlanQuery, answer=wire.Plan,
        help="Every write a sync would make and everybody it would mail, without doing it.",
    ),
    Route(
        name="audits", method="GET", path="/v1/audit", query=params.AuditQuery, answer=wire.Audit,
        help="Where Exchange's own calendar view showed something else than roomd, when it was last compared.",
    ),
    Route(
        name="audit", method="POST", path="/v1/audit", query=params.AuditQuery, answer=wire.Audit, mutates=True,
        help="Compare mailboxes with Exchange's own calendar view now.",
    ),
    Route(
        name="runs", method="GET", path="/v1/sync/runs", query=params.RunsQuery, answer=wire.Runs,
        help="The newest sync runs.",
    ),
    Route(
        name="conflicts", method="GET", path="/v1/conflicts", query=params.ConflictsQuery, answer=wire.Conflicts,
        help="What a person should decide.",
    ),
    Route(name="conflict", method="GET", path="/v1/conflicts/{id}", answer=wire.ConflictView, help="One conflict."),
    Route(
        name="resolve", method="POST", path="/v1/conflicts/{id}/resolve", body=wire.Resolution,
        answer=wire.ConflictView, mutates=True, help="Decide a conflict: keep Exchange's side or the local one.",
    ),
    Route(
        name="release", method="POST", path="/v1/release", answer=wire.Status, mutates=True,
        help="End the quarantine of a store that was copied or put back: Exchange's items belong to it.",
    ),
    Route(
        name="sign_in", method="POST", path="/v1/sign-in", answer=wire.Status, mutates=True,
        help="Say that the service account was mended: Exchange is tried again now.",
    ),
    Route(
        name="changes", method="GET", path="/v1/changes", query=params.ChangesQuery, answer=wire.Changes,
        help="What happened since an entry's number.",
    ),
    Route(
        name="stream", method="GET", path="/v1/stream", answer=wire.Notice, media="application/x-ndjson",
        help="A snapshot, then what changes, one JSON object a line, for as long as the connection stands.",
    ),
    Route(
        name="openapi", method="GET", path="/v1/openapi.json", help="This API, described by OpenAPI 3.1.",
    ),
)  # fmt: skip
