"""The same request, asked twice, is done once (the Idempotency-Key header)."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

import msgspec

from roomd_core.access import Caller
from roomd_core.api.wire import Booking
from roomd_core.errors import Invalid
from roomd_core.model import Event
from roomd_core.store import StoredRequest, Tables

REMEMBERED: Final = timedelta(days=7)
_LONGEST: Final = 255


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked, under which key, and a digest of what."""

    caller: str
    key: str
    digest: str


def request_of(caller: Caller, key: str, booking: Booking) -> Request:
    """Return the identity of a request. Raises Invalid for a key that is empty or too long."""
    if not 0 < len(key) <= _LONGEST:
        raise Invalid("Idempotency-Key", f"must be 1 to {_LONGEST} characters long, such as a UUID")
    return Request(caller=caller.user, key=key, digest=sha256(msgspec.json.encode(booking)).hexdigest())


async def replay(tables: Tables, request: Request | None) -> Event | None:
    """Return what came of the request when it was first asked. Raises Invalid if the key was used for another."""
    stored = await tables.requests.get(request.caller, request.key) if request else None
    if request is None or stored is None:
        return None
    if stored.digest != request.digest:
        raise Invalid("Idempotency-Key", f"was used for another booking, event {stored.event}; make a fresh one")
    return await tables.events.get(stored.event)


async def remember(tables: Tables, request: Request | None, event: Event) -> None:
    """Remember what came of a request, and forget those that nobody repeats any more."""
    if request is None:
        return
    at = event.created_at
    await tables.requests.forget_before(at - REMEMBERED)
    await tables.requests.add(
        StoredRequest(caller=request.caller, key=request.key, digest=request.digest, event=event.id, at=at)
    )
