"""How every error is told over the socket: one table of problem kinds, one pure map from errors to problems.

RFC 9457 problem details. ``type`` is what a program decides by; ``detail`` is the sentence a person reads.
"""

from msgspec import Struct

from roomd_core.api.wire import Problem
from roomd_core.errors import (
    ExceptionsLost,
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    RoomdError,
    RoomTaken,
    StoreError,
    StoreFull,
    VersionMismatch,
)
from roomd_core.sync.remote import RemoteError

MEDIA = "application/problem+json"


class Kind(Struct, frozen=True):
    """A kind of problem: the last word of its type, its HTTP status, its title."""

    name: str
    status: int
    title: str

    def problem(self, detail: str, *, field: str | None = None) -> Problem:
        """Make a problem of this kind."""
        return Problem(
            type=f"urn:roomd:problem:{self.name}", title=self.title, status=self.status, detail=detail, field=field
        )


MALFORMED = Kind("malformed", 400, "The request cannot be read")
NOT_ALLOWED = Kind("not-allowed", 403, "Not allowed")
NOT_FOUND = Kind("not-found", 404, "No such thing")
UNKNOWN_ROUTE = Kind("unknown-route", 404, "No such route")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "Not with this method")
ROOM_TAKEN = Kind("room-taken", 409, "The room is taken")
EXCEPTIONS_LOST = Kind("exceptions-lost", 409, "Single occurrences would lose what is different in them")
VERSION_MISMATCH = Kind("version-mismatch", 412, "The event changed meanwhile")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
UNSUPPORTED_TYPE = Kind("unsupported-type", 415, "The body is not JSON")
INVALID = Kind("invalid", 422, "A value is wrong")
REFUSED = Kind("refused", 422, "Refused")
INTERNAL = Kind("internal", 500, "A fault of roomd")
STORE = Kind("store", 500, "The store cannot be used")
EXCHANGE_UNREACHABLE = Kind("exchange-unreachable", 503, "Exchange does not answer")
STOPPING = Kind("stopping", 503, "roomd is stopping")
STORE_FULL = Kind("store", 507, "The store is full")

KINDS: tuple[Kind, ...] = (
    MALFORMED, NOT_ALLOWED, NOT_FOUND, UNKNOWN_ROUTE, METHOD_NOT_ALLOWED, ROOM_TAKEN, EXCEPTIONS_LOST,
    VERSION_MISMATCH, TOO_LARGE,
    UNSUPPORTED_TYPE, INVALID, REFUSED, INTERNAL, STORE, EXCHANGE_UNREACHABLE, STOPPING, STORE_FULL,
)  # fmt: skip
"""Every kind there is, in order of status."""


def problem_of(error: RoomdError) -> Problem:
    """Tell an error as a problem. A class this map does not know is told by the nearest class above it."""
    match error:
        case RoomTaken():
            return _taken(error)
        case Invalid():
            return INVALID.problem(str(error), field=error.field)
    return _kind_of(error).problem(str(error))


def _kind_of(error: RoomdError) -> Kind:
    kinds: tuple[tuple[type[RoomdError], Kind], ...] = (
        (NotFound, NOT_FOUND),
        (NotAllowed, NOT_ALLOWED),
        (ExceptionsLost, EXCEPTIONS_LOST),
        (VersionMismatch, VERSION_MISMATCH),
        (Refused, REFUSED),
        (StoreFull, STORE_FULL),
        (StoreError, STORE),
        (RemoteError, EXCHANGE_UNREACHABLE),
    )
    return next((kind for cls, kind in kinds if isinstance(error, cls)), INTERNAL)


def _taken(error: RoomTaken) -> Problem:
    return Problem(
        type=f"urn:roomd:problem:{ROOM_TAKEN.name}",
        title=ROOM_TAKEN.title,
        status=ROOM_TAKEN.status,
        detail=str(error),
        room=error.room,
        holder=error.holder,
        until=error.until,
    )
