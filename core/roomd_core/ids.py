"""New identities: of events and conflicts, and of what is written into Exchange's items."""

from uuid import uuid4

from uuid_utils import uuid7


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7): ids sort by the time they were made."""
    return str(uuid7())


def new_key() -> str:
    """Return a random UUIDv4, the idempotency key of one create: it tells nothing and never repeats."""
    return str(uuid4())


def uid_of(event_id: str) -> str:
    """Return the iCalendar UID of an event made here (RFC 5545 section 3.8.4.7)."""
    return f"{event_id}@roomd"
