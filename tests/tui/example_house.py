"""A house to look at: its rooms, its people, and one Tuesday, the first of December 2026, seen from Shanghai."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from roomd_core.api import wire
from roomd_core.model import (
    Answer,
    ConflictKind,
    Content,
    EventStatus,
    Freshness,
    Mailbox,
    MailboxKind,
    OccupancyState,
    Origin,
    Run,
    Trigger,
)
from tui.prepared_daemon import PreparedDaemon

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 12, 1, 9, 40, tzinfo=ZONE).astimezone(UTC)

GUANGHAN = "guanghan@example.com"
GARDEN = "garden@example.com"
LIBRARY = "library@example.com"

ROOMS = (
    Mailbox(address=GUANGHAN, kind=MailboxKind.ROOM, name="2楼广寒宫", capacity=8, features=("screen", "video")),
    Mailbox(address=GARDEN, kind=MailboxKind.ROOM, name="Garden", capacity=4, features=("screen",)),
    Mailbox(address=LIBRARY, kind=MailboxKind.ROOM, name="Library", capacity=12),
    Mailbox(address="jade@example.com", kind=MailboxKind.ROOM, name="3楼瑶池", capacity=20, features=("video",)),
    Mailbox(address="tower@example.com", kind=MailboxKind.ROOM, name="Tower room 12", capacity=2),
)
PEOPLE = (
    Mailbox(address="zhangsan@example.com", kind=MailboxKind.PERSON, name="Zhang San", unix_user="zhangsan"),
    Mailbox(address="lisi@example.com", kind=MailboxKind.PERSON, name="李四"),
    Mailbox(address="anna@example.com", kind=MailboxKind.PERSON, name="Anna Berg"),
)


def at(hour: int, minute: int = 0, *, day: int = 1) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def span(  # noqa: PLR0913 - a span has these facts
    event: str,
    title: str,
    start: datetime,
    end: datetime,
    *,
    organizer: str = "Anna Berg",
    origin: Origin = Origin.LOCAL,
    state: OccupancyState = OccupancyState.ACCEPTED,
    mine: bool = False,
) -> wire.Span:
    return wire.Span(
        event=event, start=start, end=end, title=title, organizer=organizer, origin=origin, state=state, mine=mine
    )


SPANS = {
    GUANGHAN: (
        span("budget", "Budget review", at(9), at(10, 30), mine=True, organizer="Zhang San"),
        span("design", "设计评审会议", at(11), at(12), origin=Origin.EXCHANGE, organizer="李四"),
        span("retro", "Retrospective", at(14), at(15, 30), state=OccupancyState.PENDING),
    ),
    GARDEN: (
        span("stand-up", "Stand-up", at(9), at(9, 30), origin=Origin.EXCHANGE),
        span("interview", "Interview", at(13), at(14), state=OccupancyState.TENTATIVE),
    ),
    LIBRARY: (
        span("moved", "Too many people", at(10), at(11), state=OccupancyState.DECLINED),
        span("all-hands", "All hands", at(16), at(18), origin=Origin.EXCHANGE),
    ),
}


def known(mailbox: Mailbox) -> wire.MailboxStatus:
    freshness = Freshness(address=mailbox.address, read_at=NOW - timedelta(seconds=12))
    return wire.MailboxStatus(mailbox=mailbox, freshness=freshness, health=wire.Health.OK)


def finished_run(**fields: object) -> Run:
    facts: dict[str, object] = {
        "id": 7,
        "trigger": Trigger.SCHEDULE,
        "started_at": NOW - timedelta(seconds=14),
        "finished_at": NOW - timedelta(seconds=12),
        "mailboxes": 8,
        "fetched": 9,
        "created": 4,
    }
    return Run(**(facts | fields))  # type: ignore[arg-type]


def status(**fields: object) -> wire.Status:
    facts: dict[str, object] = {
        "version": "0.1.0",
        "started_at": NOW - timedelta(hours=5),
        "now": NOW,
        "caller": "unix:zhangsan",
        "acts_as": "zhangsan@example.com",
        "may_act_for_all": False,
        "exchange": wire.ExchangeStatus(health=wire.Health.OK, endpoint="https://mail.example.com/EWS/Exchange.asmx"),
        "mailboxes": tuple(known(mailbox) for mailbox in (*ROOMS, *PEOPLE)),
        "outbox": wire.Outbox(queued=1, oldest_at=NOW - timedelta(seconds=3)),
        "conflicts": 0,
        "syncing": False,
        "last_run": finished_run(),
        "next_run_at": NOW + timedelta(minutes=9),
    }
    return wire.Status(**(facts | fields))  # type: ignore[arg-type]


def timeline() -> wire.Timeline:
    rows = tuple(
        wire.TimelineRow(
            address=room.address,
            name=room.name,
            capacity=room.capacity,
            features=room.features,
            read_at=NOW - timedelta(seconds=12),
            occupancies=SPANS.get(room.address, ()),
        )
        for room in ROOMS
    )
    return wire.Timeline(start=at(0), end=at(0, day=2), rooms=rows)


def event(**fields: object) -> wire.EventView:
    facts: dict[str, object] = {
        "id": "budget",
        "version": 3,
        "origin": Origin.LOCAL,
        "state": wire.EventState.SYNCED,
        "status": EventStatus.CONFIRMED,
        "organizer": "zhangsan@example.com",
        "organizer_name": "Zhang San",
        "title": "Budget review",
        "start": at(9),
        "end": at(10, 30),
        "zone": "Asia/Shanghai",
        "rooms": (wire.RoomReply(address=GUANGHAN, name="2楼广寒宫", answer=Answer.ACCEPTED),),
        "attendees": (
            wire.Participant(address="lisi@example.com", role="required", answer=Answer.ACCEPTED),  # type: ignore[arg-type]
            wire.Participant(address="anna@example.com", role="optional", answer=Answer.NONE),  # type: ignore[arg-type]
        ),
    }
    return wire.EventView(**(facts | fields))  # type: ignore[arg-type]


def conflict(**fields: object) -> wire.ConflictView:
    base = Content(title="Budget review", start=at(9), end=at(10, 30), zone="Asia/Shanghai", rooms=(GUANGHAN,))
    facts: dict[str, object] = {
        "id": "c1",
        "version": 3,
        "kind": ConflictKind.EDIT,
        "about": "Budget review",
        "summary": "Title of 'Budget review' was changed here and in Outlook",
        "event": event(),
        "units": ("title",),
        "base": base,
        "local": Content(title="预算评审", start=at(9), end=at(10, 30), zone="Asia/Shanghai", rooms=(GUANGHAN,)),
        "remote": Content(title="Budget 2027", start=at(9), end=at(10, 30), zone="Asia/Shanghai", rooms=(GUANGHAN,)),
        "opened_at": NOW - timedelta(minutes=20),
        "resolved_at": None,
        "kept": None,
        "resolved_by": None,
        "choices": {
            "exchange": "The title here becomes 'Budget 2027'; nobody is mailed.",
            "local": "The title in Outlook becomes '预算评审'; 2 people are mailed.",
        },
    }
    return wire.ConflictView(**(facts | fields))  # type: ignore[arg-type]


def prepared(path: Path) -> PreparedDaemon:
    daemon = PreparedDaemon(path, status(), timeline())
    daemon.events = {
        "budget": event(),
        "design": event(id="design", title="设计评审会议", origin=Origin.EXCHANGE, start=at(11), end=at(12)),
    }
    daemon.booked = event(id="new", title="Plan", state=wire.EventState.PENDING, start=at(12), end=at(13))
    daemon.run = finished_run(id=8, trigger=Trigger.HAND)
    return daemon
