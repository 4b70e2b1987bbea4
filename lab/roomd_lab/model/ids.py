"""Identifiers as Exchange hands them out: opaque, case-sensitive, different in every mailbox."""

import base64
import binascii
import hashlib
import struct
import uuid
from datetime import UTC, date, datetime
from functools import cache

_ITEM_HEADER = bytes.fromhex("0003200001")
_FOLDER_HEADER = bytes.fromhex("0002200001")
_OCCURRENCE_HEADER = bytes.fromhex("0003200002")
_CHANGE_KEY_HEADER = bytes.fromhex("0f0000001600000058d3")
_GLOBAL_OBJECT_ID_CLASS = bytes.fromhex("040000008200E00074C5B7101A82E008")
_FOREIGN_UID_MARK = b"vCal-Uid\x01\x00\x00\x00"
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_GLOBAL_OBJECT_ID_FIXED_PART = 40
_DAY = struct.Struct(">I")
_INSTANCE_DATE = slice(16, 20)


class Identifiers:
    """Issues ids. The same seed issues the same ids in the same order."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._last = 0

    def item_id(self, mailbox_number: int) -> str:
        """An id no other item has, which remembers whose mailbox it is in."""
        return self._entry_id(_ITEM_HEADER, mailbox_number)

    def folder_id(self, mailbox_number: int) -> str:
        """An id no other folder has, which remembers whose mailbox it is in."""
        return self._entry_id(_FOLDER_HEADER, mailbox_number)

    def change_key(self) -> str:
        """A version no item has had before."""
        return base64.b64encode(_CHANGE_KEY_HEADER + self._number()).decode()

    def global_object_id(self, created: datetime) -> bytes:
        """A meeting identity of Exchange's own making (MS-OXOCAL 2.2.1.27)."""
        return _global_object_id(created, self._digest(b"meeting")[:16])

    def _entry_id(self, header: bytes, mailbox_number: int) -> str:
        mailbox = struct.pack(">I", mailbox_number) + _mailbox_guid(self._seed, mailbox_number)
        body = header + mailbox + self._digest(header) + self._digest(b"tail")
        return base64.b64encode(body).decode()

    def _digest(self, purpose: bytes) -> bytes:
        return hashlib.sha256(self._seed + purpose + self._number()).digest()

    def _number(self) -> bytes:
        self._last += 1
        return struct.pack(">Q", self._last)


@cache
def _mailbox_guid(seed: bytes, number: int) -> bytes:
    """Exchange writes the mailbox's GUID into its ids as text, which makes them as long as clients expect."""
    return str(uuid.UUID(bytes=hashlib.sha256(seed + struct.pack(">I", number)).digest()[:16], version=4)).encode()


def mailbox_number(entry_id: str) -> int | None:
    """The mailbox an item or folder id was issued for; None when it is no id of ours."""
    try:
        body = base64.b64decode(entry_id, validate=True)
    except (ValueError, binascii.Error):
        return None
    if not body.startswith((_ITEM_HEADER, _FOLDER_HEADER, _OCCURRENCE_HEADER)) or len(body) < len(_ITEM_HEADER) + 4:
        return None
    return int(struct.unpack_from(">I", body, len(_ITEM_HEADER))[0])


def occurrence_id(master_id: str, day: date) -> str:
    """The id of the occurrence on a day of the pattern, derived from its master's."""
    body = base64.b64decode(master_id)[len(_ITEM_HEADER) :]
    return base64.b64encode(_OCCURRENCE_HEADER + body + _DAY.pack(day.toordinal())).decode()


def occurrence_of(item_id: str) -> tuple[str, date] | None:
    """The master's id and the day in an occurrence's id; None for any other id."""
    try:
        raw = base64.b64decode(item_id, validate=True)
        if not raw.startswith(_OCCURRENCE_HEADER):
            return None
        body, (ordinal,) = raw[len(_OCCURRENCE_HEADER) : -_DAY.size], _DAY.unpack(raw[-_DAY.size :])
        return base64.b64encode(_ITEM_HEADER + body).decode(), date.fromordinal(ordinal)
    except (ValueError, OverflowError, struct.error):
        return None


def is_change_key(text: str) -> bool:
    """Whether a text has the form of a change key."""
    try:
        return base64.b64decode(text, validate=True).startswith(_CHANGE_KEY_HEADER)
    except (ValueError, binascii.Error):
        return False


def global_object_id_of(uid: str) -> bytes:
    """The meeting identity of a UID chosen by a client.

    A UID of Exchange's own form is decoded; any other is wrapped as `vCal-Uid` (MS-OXCICAL 2.1.3.1.1.20.26).
    """
    try:
        raw = bytes.fromhex(uid)
    except ValueError:
        raw = b""
    if raw.startswith(_GLOBAL_OBJECT_ID_CLASS) and len(raw) >= _GLOBAL_OBJECT_ID_FIXED_PART:
        return raw
    return _global_object_id(None, _FOREIGN_UID_MARK + uid.encode() + b"\x00")


def uid_of(global_object_id: bytes) -> str:
    """The UID clients see: the foreign one if it was wrapped, else the identity in hexadecimal."""
    data = global_object_id[_GLOBAL_OBJECT_ID_FIXED_PART:]
    if data.startswith(_FOREIGN_UID_MARK):
        return data[len(_FOREIGN_UID_MARK) :].rstrip(b"\x00").decode(errors="replace")
    return clean(global_object_id).hex().upper()


def clean(global_object_id: bytes) -> bytes:
    """CleanGlobalObjectId: the same for the series and each of its exceptions (bytes 16 to 19 zeroed)."""
    return global_object_id[:16] + b"\x00" * 4 + global_object_id[20:]


def with_instance_date(global_object_id: bytes, day: date) -> bytes:
    """GlobalObjectId of one occurrence: year, month and day in bytes 16 to 19 (MS-OXOCAL 2.2.1.27)."""
    return global_object_id[:16] + struct.pack(">HBB", day.year, day.month, day.day) + global_object_id[20:]


def instance_date(global_object_id: bytes) -> date | None:
    """The day in the GlobalObjectId of an occurrence; None in that of a series or single meeting."""
    try:
        year, month, day = struct.unpack(">HBB", global_object_id[_INSTANCE_DATE])
        return date(year, month, day) if year else None
    except (ValueError, struct.error):
        return None


def _global_object_id(created: datetime | None, data: bytes) -> bytes:
    ticks = 0 if created is None else int((created - _FILETIME_EPOCH).total_seconds()) * 10_000_000
    fixed = _GLOBAL_OBJECT_ID_CLASS + b"\x00" * 4 + struct.pack("<QQI", ticks, 0, len(data))
    return fixed + data
