"""Series to book in tests: every Tuesday ten times in Berlin, across the end of summer time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lab.wire import GUANGHAN, ZHANGSAN
from roomd_lab import CalendarItem, Company, Lab, Outlook
from roomd_lab.model.recurrence.patterns import Recurrence, Weekly

BERLIN = ZoneInfo("Europe/Berlin")
BERLIN_ID = "W. Europe Standard Time"
TUESDAY = 1
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
DAYS = [date(2026, 9, 29) + timedelta(weeks=n) for n in range(10)]
TEN_TUESDAYS = Recurrence(pattern=Weekly(days=frozenset((TUESDAY,))), first=DAYS[0], count=10)


def lab_in_september() -> Lab:
    """A lab whose clock stands still on 1 September 2026."""
    return Lab(Company.seeded(), now=still)


def still() -> datetime:
    """The clock of that lab."""
    return NOW


def berlin(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall time in Berlin."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def book_series(
    outlook: Outlook,
    organizer: str = ZHANGSAN,
    *,
    rooms: Sequence[str] = (GUANGHAN,),
    attendees: Sequence[str] = (),
    recurrence: Recurrence = TEN_TUESDAYS,
    **fields: Any,
) -> CalendarItem:
    """Book from ten to eleven, Berlin time."""
    return outlook.book_series(
        organizer,
        subject=fields.pop("subject", "Weekly"),
        start=fields.pop("start", berlin(recurrence.first, 10)),
        end=fields.pop("end", berlin(recurrence.first, 11)),
        rooms=rooms,
        attendees=attendees,
        zone=fields.pop("zone", BERLIN_ID),
        recurrence=recurrence,
        **fields,
    )


def starts(outlook: Outlook, address: str) -> list[datetime]:
    """When everything in somebody's calendar begins in that autumn, by the clocks of Berlin, without zone."""
    shown = outlook.calendar_between(address, NOW, NOW + timedelta(days=300))
    return [item.start.astimezone(BERLIN).replace(tzinfo=None) for item in shown]


def mail_since(lab: Lab, number: int) -> list[tuple[str, str, str, date | None]]:
    """Kind, recipient, detail and occurrence of the messages after the first `number`."""
    return [
        (str(e.kind), e.recipient, e.detail, e.original_start.astimezone(BERLIN).date() if e.original_start else None)
        for e in lab.mail_log[number:]
    ]
