"""Locking an account out after repeated bad passwords, as the directory's policy says."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class LockOut:
    """Counts bad passwords. `after` is how many lock an account; None never does."""

    after: int | None
    lasts: timedelta
    now: Callable[[], datetime]
    _failures: dict[str, list[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_locked(self, username: str) -> bool:
        """Whether even the right password is refused at present."""
        with self._lock:
            return self.after is not None and len(self._recent(username)) >= self.after

    def failed(self, username: str) -> None:
        """A bad password. While locked out nothing is counted, so that the lock ends."""
        with self._lock:
            recent = self._recent(username)
            if self.after is not None and len(recent) < self.after:
                self._failures[username] = [*recent, self.now()]

    def succeeded(self, username: str) -> None:
        """A good password: the count begins anew."""
        with self._lock:
            self._failures.pop(username, None)

    def _recent(self, username: str) -> list[datetime]:
        since = self.now() - self.lasts
        return [at for at in self._failures.get(username, ()) if at > since]
