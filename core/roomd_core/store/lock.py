"""One daemon a store: a lock that the kernel lets go of when its holder dies."""

import fcntl
import os
from pathlib import Path

from roomd_core.errors import StoreError


class FolderLock:
    """An exclusive flock(2) on ``<folder>/lock``, which holds the process id of its holder.

    It is a file of its own, because closing any descriptor of the database would drop SQLite's locks on it
    (sqlite.org/howtocorrupt.html section 2.2).
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock, or raise StoreError naming the process that has it."""
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(folder)
        except BaseException:
            self.release()
            raise

    def _take(self, folder: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip() or "unknown"
            raise StoreError(
                f"The store in {folder} is in use by another roomd (process {holder}). Stop that one first, or give "
                "this one a folder of its own (paths.state_dir)."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)
