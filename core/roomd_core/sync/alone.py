"""Work that fails alone: one room, event or item that cannot be seen to keeps no other waiting."""

import logging
from types import TracebackType

from roomd_core.errors import StoreError
from roomd_core.sync.remote import ExchangeUnavailable, RemoteError

logger = logging.getLogger(__name__)


class Alone:
    """A block whose failure is told, naming ``what`` was done in it, and concerns nothing behind it.

    It passes ExchangeUnavailable and StoreError on: where those are away nothing else succeeds either.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Say whether what failed ends here."""
        match error:
            case ExchangeUnavailable() | StoreError():
                return False
            case RemoteError():
                logger.info("%s is left to the next run: %s", self._what, error)
            case Exception():
                logger.error("%s failed unexpectedly; the next run tries again", self._what, exc_info=error)
            case _:
                return False
        return True
