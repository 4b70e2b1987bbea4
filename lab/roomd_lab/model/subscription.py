"""One subscription: which events it wants, and those it has not delivered yet."""

import base64
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.events import Event, EventKind, Observers

_WATERMARK = struct.Struct(">4sQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody subscribes to. `folders` are folder ids, None for the whole mailbox."""

    folders: frozenset[str] | None
    kinds: frozenset[EventKind]
    is_pull: bool
    lifetime: timedelta


@dataclass(slots=True, kw_only=True)
class Subscription:
    """Keeps events until they are fetched.

    `creator` is who may use it. `wake` is called when there is something to fetch, `replaced` when another stream
    takes over. `loss` is the code it has failed with, if it has.
    """

    subscription_id: str
    creator: str
    mailbox: str
    observers: Observers
    wish: Wish
    capacity: int
    expires: datetime
    queue: deque[tuple[int, Event]] = field(default_factory=deque)
    number: int = 0
    loss: str | None = None
    wake: Callable[[], object] | None = None
    stream: object | None = None

    def hear(self, event: Event) -> None:
        """Keep an event that is wanted; one too many loses them all (ErrorMissedNotificationEvents)."""
        if self.loss or event.kind not in self.wish.kinds or not event.touches(self.wish.folders):
            return
        self.number += 1
        self.queue.append((self.number, event))
        if len(self.queue) > self.capacity:
            self.fail("ErrorMissedNotificationEvents")
        elif self.wake:
            self.wake()

    def fail(self, code: str) -> None:
        """From now on every use is answered with this code."""
        self.loss = code
        self.queue.clear()
        if self.wake:
            self.wake()

    def fetch(self, after: int, limit: int) -> tuple[list[tuple[int, Event]], bool]:
        """Events after a number, at most `limit`, and whether there are more. Those up to it are forgotten."""
        while self.queue and self.queue[0][0] <= after:
            self.queue.popleft()
        events = list(self.queue)[:limit]
        return events, len(self.queue) > limit

    def take_all(self) -> list[Event]:
        """Everything not delivered yet, for a stream."""
        events = [event for _, event in self.queue]
        self.queue.clear()
        return events

    def watermark(self, number: int) -> str:
        """The bookmark behind an event."""
        return base64.b64encode(_WATERMARK.pack(b"RLWM", number) + self.subscription_id.encode()[:12]).decode()

    def number_of(self, watermark: str) -> int:
        """The event a bookmark stands behind.

        Raises ErrorInvalidWatermark for one that this subscription has not given out.
        """
        try:
            _, number = _WATERMARK.unpack_from(base64.b64decode(watermark, validate=True))
        except (ValueError, struct.error):
            number = -1
        if not 0 <= number <= self.number or self.watermark(number) != watermark:
            raise ExchangeError("ErrorInvalidWatermark", "The watermark is not one of this subscription.")
        return int(number)
