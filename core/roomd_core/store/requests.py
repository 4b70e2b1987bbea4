"""The requests that came with an Idempotency-Key, so that the same one asked twice is done once."""

from datetime import datetime

from msgspec import Struct

from roomd_core.store.encoding import instant, seconds
from roomd_core.store.table import Table, insert

_COLUMNS = ("caller", "key", "digest", "event", "at")
_ADD = insert("request", _COLUMNS)


class StoredRequest(Struct, frozen=True, kw_only=True):
    """A request that was done: ``digest`` stands for what was asked, ``event`` is what came of it."""

    caller: str
    key: str
    digest: str
    event: str
    at: datetime


class Requests(Table):
    """Table ``request``."""

    async def get(self, caller: str, key: str) -> StoredRequest | None:
        """Return what this caller asked with this key."""
        row = await self._row(
            "SELECT caller, key, digest, event, at FROM request WHERE caller = :caller AND key = :key",
            caller=caller, key=key,
        )  # fmt: skip
        if row is None:
            return None
        caller, key, digest, event, at = row
        return StoredRequest(caller=caller, key=key, digest=digest, event=event, at=instant(at))

    async def add(self, request: StoredRequest) -> None:
        """Remember a request that was done."""
        await self._insert(_ADD, (request.caller, request.key, request.digest, request.event, seconds(request.at)))

    async def forget_before(self, at: datetime) -> None:
        """Forget requests so old that nobody repeats them."""
        await self._run("DELETE FROM request WHERE at < :at", at=seconds(at))
