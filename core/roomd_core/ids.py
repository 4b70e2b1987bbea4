"""New identities: of events and conflicts, and of what is written into Exchange's items."""

from uuid import uuid4

from uuid_utils import uuid7


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7): ids sort by the time they were made."""
    return str(uuid7())


ROOMD_UID = "@roomd"
"""How the UIDs of events made here end."""


def new_key(installation: str = "") -> str:
    """Return the idempotency key of one create: it never repeats, and tells which installation made it."""
    return f"{installation}.{uuid4()}" if installation else str(uuid4())


def is_key_of(installation: str, key: str | None, uid: str | None) -> bool:
    """Say whether an item was made by this installation. A meeting copied in Outlook has the key, and another UID."""
    ours = bool(installation and key and key.startswith(f"{installation}."))
    return ours and uid is not None and uid.endswith(ROOMD_UID)


def uid_of(event_id: str) -> str:
    """Return the iCalendar UID of an event made here (RFC 5545 section 3.8.4.7)."""
    return f"{event_id}{ROOMD_UID}"
