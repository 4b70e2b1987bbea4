"""A lab's memory on disk, so that it outlives a restart: people, passwords, calendars, ids and sync states.

Subscriptions and open connections do not outlive one, as they do not in life.
"""

import os
import pickle  # the file is the lab's own and readable by nobody else
import tempfile
from pathlib import Path

from roomd_lab.company import Company
from roomd_lab.model.organization import Organization
from roomd_lab.world import World

_FORMAT = 4


def save(world: World, path: Path) -> None:
    """Write everything down; a crash while writing leaves the file as it was. Raises OSError."""
    with world.lock:
        content = pickle.dumps((_FORMAT, world.company, world.organization))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path) -> tuple[Company, Organization] | None:
    """What was written down; None when there is no file yet.

    Raises OSError, and ValueError for a file that is no lab's or of another version.
    """
    if not path.exists():
        return None
    if path.stat().st_uid != os.getuid() or path.stat().st_mode & 0o077:
        raise ValueError(f"{path} must belong to you and be readable by nobody else")
    try:
        version, company, organization = pickle.loads(path.read_bytes())  # noqa: S301 - checked to be our own above
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, TypeError, ValueError):
        raise ValueError(f"{path} holds no lab of this version; move it away to begin anew") from None
    if version != _FORMAT:
        raise ValueError(f"{path} holds a lab of another version; move it away to begin anew")
    return company, organization
