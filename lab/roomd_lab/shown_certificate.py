"""Which certificate the server shows to new connections."""

import threading
import time
from enum import StrEnum


class CertificateKind(StrEnum):
    """Two certificates that are right, one of them for a few days only, and three that no client may accept."""

    VALID = "valid"
    ENDS_SOON = "ends-soon"
    NOT_YET = "not-yet-valid"
    EXPIRED = "expired"
    WRONG_HOST = "wrong-host"


class ShownCertificate:
    """The certificate of new connections; those that stand keep the one they began with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kind = CertificateKind.VALID
        self._ends = float("inf")

    def show(self, kind: CertificateKind | str, seconds: float | None = None) -> None:
        """Show this one from now on, or for so many seconds and then the valid one again.

        Raises ValueError for an unknown kind.
        """
        shown = CertificateKind(kind)
        with self._lock:
            self._kind = shown
            self._ends = float("inf") if seconds is None else time.monotonic() + seconds

    @property
    def kind(self) -> CertificateKind:
        """The one shown now."""
        with self._lock:
            return self._kind if time.monotonic() < self._ends else CertificateKind.VALID
