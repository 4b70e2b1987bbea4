"""Conflicts: what only a person should decide."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from roomd_core.model.event import Content


class ConflictKind(StrEnum):
    """Why a person is asked."""

    EDIT = "edit"
    EDIT_VS_DELETE = "edit-vs-delete"
    DOUBLE_BOOKING = "double-booking"
    ROOM_DECLINED = "room-declined"
    REJECTED = "rejected"
    ROOM_DROPPED = "room-dropped"
    DRIFT = "drift"
    MISSING_REMOTE = "missing-remote"
    DUPLICATE = "duplicate"
    MASS_DELETE = "mass-delete"


class Side(StrEnum):
    """Whose version to keep."""

    EXCHANGE = "exchange"
    LOCAL = "local"


class Conflict(Struct, frozen=True, kw_only=True):
    """A disagreement with everything needed to decide it.

    For ``edit`` all three contents are there and ``units`` names what differs (see ``roomd_core.merge``). For
    ``edit-vs-delete`` the deleted side is None. ``other`` is the second event of a double booking.

    ``drift`` holds in ``local`` what the organizer's copy says, None if the meeting no longer stands, and in
    ``remote`` what the ``room``'s copy amounts to.
    ``room-dropped`` holds in ``remote`` what Exchange has: it names the room if only the room's own copy is gone.
    ``mass-delete`` is about a ``mailbox`` as a whole and has no event of its own; ``missing`` are the events whose
    copies it no longer has.
    """

    id: str
    event: str | None = None
    mailbox: str | None = None
    kind: ConflictKind
    summary: str
    units: tuple[str, ...] = ()
    base: Content | None = None
    local: Content | None = None
    remote: Content | None = None
    other: str | None = None
    room: str | None = None
    missing: tuple[str, ...] = ()
    opened_at: datetime
    resolved_at: datetime | None = None
    kept: Side | None = None
    resolved_by: str | None = None
