"""Whether this store may still be believed to be the one that Exchange's items belong to.

Each start counts an epoch up, in the database and in a stamp beside it. A database that is older than its stamp was
put back from a backup; one without its stamp, from another machine, or in another file than the one that last ran, is
a copy. Such a store is in quarantine: what Exchange has is read into it, but nothing is sent, until an operator says
that it is the one.
"""

import hmac
import os
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from msgspec import Struct

_MACHINE_ID = Path("/etc/machine-id")
_SETTLE = "Nothing is sent to Exchange. If no other roomd works with it any more, run `roomctl release`."


class Fence(Struct, frozen=True, kw_only=True):
    """``installation`` names this store for good, ``epoch`` counts its starts.

    ``quarantine`` says why it is in quarantine, and is empty if it is not. ``secret`` is known to this store and to
    its copies alone.
    """

    installation: str
    epoch: int
    quarantine: str = ""
    secret: str = ""


class _Known(Struct, frozen=True, kw_only=True):
    installation: str
    epoch: int
    machine: str
    quarantine: str
    secret: str
    place: str


def place_of(path: Path) -> str:
    """Return what tells a database from its copies on the same machine: its file, and where that is.

    The file is looked at, never opened: closing it would drop SQLite's locks.
    """
    found = path.stat()
    return f"{found.st_ino} {found.st_dev} {path.parent}"


def this_machine() -> str:
    """Return what tells this machine from others, empty if it has no id.

    The id itself is not to leave the machine (machine-id(5)): this is keyed by the application.
    """
    try:
        machine = _MACHINE_ID.read_bytes().strip()
    except OSError:
        return ""
    return hmac.new(machine, b"roomd", sha256).hexdigest()


def take(path: Path, machine: str, place: str = "") -> Fence:
    """Begin an epoch of the database at ``path``, which is migrated and locked, on ``machine``, at ``place`` there.

    What is not known of machine or place, now or the last time, is not compared. In quarantine, creations that wait
    become unknown: the time that is missing here may have seen them done.
    """
    stamp = path.parent / "epoch"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        fence = _begin(connection, stamp, machine, place)
        connection.execute("COMMIT")
    _write(stamp, f"{fence.installation} {fence.epoch}\n")
    return fence


def _begin(connection: sqlite3.Connection, stamp: Path, machine: str, place: str) -> Fence:
    known, last = _known(connection), _read(stamp)
    if known is None:
        known = _Known(installation=uuid4().hex, epoch=0, machine=machine, quarantine="", secret="", place=place)
        reason = ""
    else:
        reason = known.quarantine or _doubt(known, last, machine, place)
    last_epoch = last[1] if last and last[0] == known.installation else 0
    fence = Fence(
        installation=known.installation,
        epoch=max(known.epoch, last_epoch) + 1,
        quarantine=reason,
        secret=known.secret or uuid4().hex,
    )
    _put(
        connection,
        installation=fence.installation,
        epoch=str(fence.epoch),
        quarantine=reason,
        secret=fence.secret,
    )
    if reason:
        connection.execute(
            "UPDATE operation SET state = 'unknown' WHERE kind = 'create' AND state IN ('queued', 'sending')"
        )
    else:
        _put(connection, machine=machine, place=place)
    return fence


def _doubt(known: _Known, last: tuple[str, int] | None, machine: str, place: str) -> str:
    if known.machine and machine and known.machine != machine:
        return f"This store was last used on another machine. {_SETTLE}"
    if last is None or last[0] != known.installation:
        return f"This store was copied here from elsewhere. {_SETTLE}"
    if last[1] > known.epoch:
        return f"This store is older than the one that last ran here: it was put back from a backup. {_SETTLE}"
    if known.place and place and _is_copy(known.place, place):
        folder = known.place.split(" ", 2)[2]
        return f"This store is a copy of the one that last ran in {folder} of this machine. {_SETTLE}"
    return ""


def _is_copy(last: str, now: str) -> bool:
    """Say whether a database is in another file than last time.

    A file that is moved keeps its number; one that is copied gets another, but for chance on another disk. The
    numbers of disks may change when a machine starts, and that alone tells nothing.
    """
    number, disk, folder = last.split(" ", 2)
    number_now, disk_now, folder_now = now.split(" ", 2)
    return number != number_now or (disk != disk_now and folder != folder_now)


def _known(connection: sqlite3.Connection) -> _Known | None:
    facts = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    if "installation" not in facts:
        return None
    return _Known(
        installation=facts["installation"],
        epoch=int(facts.get("epoch", 0)),
        machine=facts.get("machine", ""),
        quarantine=facts.get("quarantine", ""),
        secret=facts.get("secret", ""),
        place=facts.get("place", ""),
    )


def _put(connection: sqlite3.Connection, **facts: str) -> None:
    statement = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    connection.executemany(statement, facts.items())


def _read(stamp: Path) -> tuple[str, int] | None:
    """Return the installation and the epoch that ran here last, None if that cannot be told."""
    try:
        installation, epoch = stamp.read_text("ascii").split()
        return installation, int(epoch)
    except (OSError, ValueError):
        return None


def _write(stamp: Path, text: str) -> None:
    """Replace the stamp as a whole, on the disk when this returns."""
    draft = stamp.with_suffix(".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.rename(stamp)
    folder = os.open(stamp.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
