"""What the interface knows of the daemon: frozen values, and pure functions from one to the next."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.api.wire import Health, Notice, Status
from roomd_core.model import Mailbox, MailboxKind
from roomd_tui.moments import clock_text
from roomd_tui.words import HEALTH, count


class Link(StrEnum):
    """How the connection to the daemon stands."""

    CONNECTING = "connecting"
    UP = "up"
    AWAY = "away"


class Board(Struct, frozen=True, kw_only=True):
    """``status`` is the newest known, ``heard_at`` when the daemon was last heard, ``reason`` why it is away."""

    link: Link = Link.CONNECTING
    reason: str = ""
    status: Status | None = None
    heard_at: datetime | None = None

    @property
    def people(self) -> tuple[Mailbox, ...]:
        """The listed people."""
        return self._mailboxes(MailboxKind.PERSON)

    @property
    def rooms(self) -> tuple[Mailbox, ...]:
        """The listed rooms."""
        return self._mailboxes(MailboxKind.ROOM)

    def _mailboxes(self, kind: MailboxKind) -> tuple[Mailbox, ...]:
        known = self.status.mailboxes if self.status else ()
        return tuple(one.mailbox for one in known if one.mailbox.kind is kind)


def told(board: Board, notice: Notice, at: datetime) -> Board:
    """Take in a line of the stream, heard ``at``."""
    return Board(link=Link.UP, status=notice.status or board.status, heard_at=at)


def informed(board: Board, status: Status) -> Board:
    """Take in a newer status."""
    return replace(board, status=status)


def abandoned(board: Board, reason: str) -> Board:
    """Keep what is known when the daemon goes away."""
    return replace(board, link=Link.AWAY, reason=reason)


def banner(board: Board, zone: ZoneInfo) -> str:
    """Say what is wrong, the worst first; empty when nothing is."""
    if board.link is Link.AWAY:
        since = f" (last heard {clock_text(board.heard_at, zone)})" if board.heard_at else ""
        return f"daemon not reachable{since}: {board.reason}"
    if board.status and board.status.quarantine:
        return board.status.quarantine
    if board.status and board.status.exchange.health is Health.FAILING:
        return f"Exchange does not answer: {board.status.exchange.message}"
    return ""


def summary(board: Board) -> str:
    """Say in a few words how things stand: Exchange, what is on its way, what waits for a decision."""
    if not board.status:
        return "connecting" if board.link is Link.CONNECTING else "not connected"
    status = board.status
    waiting = status.outbox.queued + status.outbox.unknown
    parts = [
        "syncing" if status.syncing else f"Exchange {HEALTH[status.exchange.health]}",
        f"{waiting} to send" if waiting else "",
        count(status.conflicts, "conflict") if status.conflicts else "",
        count(len(status.warnings), "warning") if status.warnings else "",
    ]
    return ", ".join(part for part in parts if part)


def cannot_reach(board: Board) -> str:
    """Why nothing can be asked of the daemon now; empty when it can."""
    return "" if board.link is Link.UP else "the daemon is not reachable"


def cannot_act(board: Board) -> str:
    """Why the caller cannot book or change anything; empty when he can."""
    status = board.status
    if board.link is not Link.UP or status is None:
        return cannot_reach(board)
    if status.acts_as or status.may_act_for_all:
        return ""
    return f"{status.caller} stands for nobody in roomd's configuration: ask for a unix_user in a [[person]]"
