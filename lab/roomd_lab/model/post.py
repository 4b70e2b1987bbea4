"""Meeting mail on its way: what one mailbox sends to another."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from roomd_lab.model.items import CalendarItem, MessageKind, RequestKind, Response
from roomd_lab.model.people import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A request or an update, with the organizer's copy as it was when it was sent."""

    to: Address
    meeting: CalendarItem
    kind: RequestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The meeting is off, or at least for this attendee."""

    to: Address
    meeting: CalendarItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an attendee tells the organizer. `meeting` is the attendee's copy."""

    to: Address
    sender: Address
    meeting: CalendarItem
    response: Response
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A request passed on to the owner's delegate, with the organizer's copy as it was when it was sent."""

    to: Address
    owner: Address
    meeting: CalendarItem
    kind: RequestKind


Letter = Forwarded | Invitation | Cancellation | Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLogEntry:
    """One message that was sent, for whoever counts them. `original_start` tells which occurrence it is about."""

    sent: datetime
    kind: MessageKind
    sender: str
    recipient: str
    subject: str
    uid: str
    detail: str
    original_start: datetime | None = None


class Post:
    """The transport: letters in transit, and a log of all that were ever sent."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.log: list[MailLogEntry] = []
        self._in_transit: deque[Letter] = deque()

    def send(self, letter: Letter) -> None:
        """Take a letter. It arrives when somebody next collects."""
        self.log.append(_log_entry(letter, self._now()))
        self._in_transit.append(letter)

    def collect(self) -> Letter | None:
        """The letter that waits longest; None when there is none."""
        return self._in_transit.popleft() if self._in_transit else None


def _log_entry(letter: Letter, sent: datetime) -> MailLogEntry:
    kind, sender, detail = _postmark(letter)
    return MailLogEntry(
        sent=sent,
        kind=kind,
        sender=sender.smtp,
        recipient=letter.to.smtp,
        subject=letter.meeting.subject,
        uid=letter.meeting.uid,
        detail=detail,
        original_start=letter.meeting.original_start,
    )


def _postmark(letter: Letter) -> tuple[MessageKind, Address, str]:
    match letter:
        case Invitation():
            return MessageKind.REQUEST, letter.meeting.organizer, letter.kind
        case Forwarded():
            return MessageKind.REQUEST, letter.owner, "Forwarded"
        case Cancellation():
            return MessageKind.CANCELLATION, letter.meeting.organizer, ""
        case Answer():
            return MessageKind.RESPONSE, letter.sender, letter.response
