"""Every error roomd raises on purpose. The class tells what to do next.

RoomdError
├── Refused               the request is understood and the answer is no; ``reason`` says why
│   ├── Invalid           a value is wrong; ``field`` names it
│   ├── NotFound          no such event, room, person, conflict or run
│   ├── NotAllowed        this Unix user may not do that
│   ├── RoomTaken         somebody has the room; ``holder`` and ``until`` say who and how long
│   ├── ExceptionsLost    the change would undo what is different in single occurrences: ask, then say so
│   └── VersionMismatch   the event changed since it was read: read it again, then decide
├── StoreError            the database cannot be used; nothing was changed
│   ├── StoreFull         no space is left for it; the same store works again once there is
│   └── TakenOver         another roomd works with it: this one has to stop
└── RemoteError           Exchange: see ``roomd_core.sync.remote``
"""

from datetime import datetime


class RoomdError(Exception):
    """An error with a message meant for people: it is shown without a traceback."""


class Refused(RoomdError):  # noqa: N818 - a refusal is an answer, not a failure
    """The request is understood and the answer is no."""


class Invalid(Refused):
    """A value in the request is wrong."""

    def __init__(self, field: str, message: str) -> None:
        """Name the ``field`` as the caller wrote it; ``message`` says what is expected."""
        super().__init__(f"{field}: {message}")
        self.field = field


class NotFound(Refused):
    """No such event, room, person, conflict or run."""


class NotAllowed(Refused):
    """This Unix user may not do that."""


class RoomTaken(Refused):
    """Somebody has the room for at least a part of the asked time."""

    def __init__(self, message: str, *, room: str, holder: str, until: datetime) -> None:
        """``holder`` is who has it (a name or an address), ``until`` an instant in UTC."""
        super().__init__(message)
        self.room = room
        self.holder = holder
        self.until = until


class ExceptionsLost(Refused):
    """The change would undo what is different in single occurrences of a series, and nobody has agreed to that."""


class VersionMismatch(Refused):
    """The event changed since the caller read it."""


class StoreError(RoomdError):
    """The database cannot be used as asked; nothing was changed."""


class StoreFull(StoreError):  # noqa: N818 - a state
    """No space is left on the disk; nothing was changed and nothing is lost."""


class TakenOver(StoreError):  # noqa: N818 - a state
    """Another roomd has begun to work with the database; nothing was changed."""
