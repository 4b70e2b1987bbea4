"""What changed in a folder since a client last asked: the journal behind SyncFolderItems."""

import base64
import binascii
import struct
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum

from roomd_lab.model.errors import ExchangeError

_STATE = struct.Struct(">4sIQQ")
_MARK = b"RLS1"


class ChangeKind(StrEnum):
    """The kinds of SyncFolderItems changes, named as their elements are."""

    CREATE = "Create"
    UPDATE = "Update"
    READ = "ReadFlagChange"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One item that came, changed, was read or went."""

    kind: ChangeKind
    item_id: str


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far a client has read.

    Everything up to `base` was known before the present reading began; everything up to `cursor` has been read.
    """

    base: int = 0
    cursor: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One answer's worth of changes, oldest first."""

    changes: tuple[Change, ...]
    state: SyncState
    is_last: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    created: int
    changed: int
    gone: bool


class Journal:
    """The latest change of each item, in order."""

    def __init__(self) -> None:
        self._number = 0
        self._entries: dict[str, _Entry] = {}

    def came(self, item_id: str) -> None:
        """An item was created in, or moved into, the folder."""
        self._number += 1
        self._entries[item_id] = _Entry(self._number, self._number, self._number, gone=False)

    def changed(self, item_id: str) -> None:
        """An item of the folder got a new version."""
        self._append(item_id, gone=False)

    def read(self, item_id: str) -> None:
        """An item of the folder was read, or is unread again, and nothing else changed."""
        self._number += 1
        before = self._entries.pop(item_id)
        self._entries[item_id] = replace(before, number=self._number)

    def went(self, item_id: str) -> None:
        """An item was deleted from, or moved out of, the folder."""
        self._append(item_id, gone=True)

    def page(self, state: SyncState, limit: int) -> Page:
        """At most `limit` changes after `state`."""
        pending = self._after(state.cursor)
        changes: list[Change] = []
        cursor = state.cursor
        for item_id, entry in pending:
            if len(changes) == limit:
                return Page(tuple(changes), SyncState(state.base, cursor), is_last=False)
            cursor = entry.number
            if kind := _kind(entry, state):
                changes.append(Change(kind, item_id))
        return Page(tuple(changes), SyncState(cursor, cursor), is_last=True)

    def _after(self, cursor: int) -> list[tuple[str, _Entry]]:
        pending: list[tuple[str, _Entry]] = []
        for item_id, entry in reversed(self._entries.items()):
            if entry.number <= cursor:
                break
            pending.append((item_id, entry))
        pending.reverse()
        return pending

    def _append(self, item_id: str, *, gone: bool) -> None:
        self._number += 1
        created = self._entries.pop(item_id).created
        self._entries[item_id] = _Entry(self._number, created, self._number, gone=gone)


def _kind(entry: _Entry, state: SyncState) -> ChangeKind | None:
    """What the change is to a client at `state`; None when it never heard of the item."""
    if entry.gone:
        return ChangeKind.DELETE if entry.created <= state.cursor else None
    if entry.created > state.base:
        return ChangeKind.CREATE
    return ChangeKind.UPDATE if entry.changed > state.base else ChangeKind.READ


def encode_state(folder_id: str, state: SyncState) -> str:
    """The opaque text a client keeps; good for this folder only."""
    body = _STATE.pack(_MARK, zlib.crc32(folder_id.encode()), state.base, state.cursor)
    return base64.b64encode(body + struct.pack(">I", zlib.crc32(body))).decode()


def decode_state(folder_id: str, text: str) -> SyncState:
    """The state in a client's text.

    Raises ErrorInvalidSyncStateData for anything this folder has not issued.
    """
    try:
        raw = base64.b64decode(text, validate=True)
        body, check = raw[: _STATE.size], raw[_STATE.size :]
        mark, folder, base, cursor = _STATE.unpack(body)
    except (ValueError, binascii.Error, struct.error):
        raise invalid_sync_state() from None
    if mark != _MARK or folder != zlib.crc32(folder_id.encode()) or check != struct.pack(">I", zlib.crc32(body)):
        raise invalid_sync_state()
    return SyncState(base, cursor)


def invalid_sync_state() -> ExchangeError:
    """The client must start again from nothing."""
    return ExchangeError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.")
