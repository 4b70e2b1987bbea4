"""Series as Exchange writes them."""

from datetime import UTC, date, datetime

import pytest

from daemon.exchange.sample_answers import GUESTS_COPY, GUESTS_COPY_IN_FULL, element
from roomd_core.model import ItemKind
from roomd_core.recurrence import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    DayOfWeek,
    EndDate,
    NoEnd,
    Numbered,
    Pattern,
    Range,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Week,
    Weekly,
)
from roomd_core.sync.remote import RemoteException
from roomd_daemon.exchange.item import read_item
from roomd_daemon.exchange.recurrence import read_recurrence
from roomd_daemon.exchange.soap import Malformed

FIRST = date(2026, 12, 1)
NO_END = "<t:NoEndRecurrence><t:StartDate>2026-12-01Z</t:StartDate></t:NoEndRecurrence>"
DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
MASTER = GUESTS_COPY_IN_FULL.replace(
    "</t:CalendarItem>",
    f"""<t:Recurrence>{DAILY}{NO_END}</t:Recurrence>
    <t:ModifiedOccurrences>
      <t:Occurrence><t:ItemId Id="exception" ChangeKey="DwAA"/><t:Start>2026-12-02T08:00:00Z</t:Start>
        <t:End>2026-12-02T09:00:00Z</t:End><t:OriginalStart>2026-12-02T06:00:00Z</t:OriginalStart></t:Occurrence>
    </t:ModifiedOccurrences>
    <t:DeletedOccurrences>
      <t:DeletedOccurrence><t:Start>2026-12-04T06:00:00Z</t:Start></t:DeletedOccurrence>
      <t:DeletedOccurrence><t:Start>2026-12-03T06:00:00Z</t:Start></t:DeletedOccurrence>
    </t:DeletedOccurrences></t:CalendarItem>""",
).replace("<t:CalendarItemType>Single<", "<t:CalendarItemType>RecurringMaster<")


def read(pattern: str, extent: str = NO_END) -> Recurrence:
    return read_recurrence(element(f"<t:Recurrence>{pattern}{extent}</t:Recurrence>"))


@pytest.mark.parametrize(
    ("xml", "pattern"),
    [
        ("<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>", Daily(interval=3)),
        (
            (
                "<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek>"
                "<t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
            ),
            Weekly(interval=2, days=(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), first_day=DayOfWeek.MONDAY),
        ),
        (
            (
                "<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>31</t:DayOfMonth>"
                "</t:AbsoluteMonthlyRecurrence>"
            ),
            AbsoluteMonthly(day=31),
        ),
        (
            (
                "<t:RelativeMonthlyRecurrence><t:Interval>6</t:Interval><t:DaysOfWeek>WeekendDay</t:DaysOfWeek>"
                "<t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>"
            ),
            RelativeMonthly(interval=6, day=DayOfWeek.WEEKEND_DAY, week=Week.LAST),
        ),
        (
            (
                "<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month>"
                "</t:AbsoluteYearlyRecurrence>"
            ),
            AbsoluteYearly(month=2, day=29),
        ),
        (
            (
                "<t:RelativeYearlyRecurrence><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex>"
                "<t:Month>December</t:Month></t:RelativeYearlyRecurrence>"
            ),
            RelativeYearly(month=12, day=DayOfWeek.WEEKDAY, week=Week.FIRST),
        ),
    ],
)
def test_every_pattern_is_read(xml: str, pattern: Pattern) -> None:
    assert read(xml) == Recurrence(pattern=pattern, first=FIRST, range=NoEnd())


@pytest.mark.parametrize(
    ("xml", "extent"),
    [
        (NO_END, NoEnd()),
        (
            (
                "<t:EndDateRecurrence><t:StartDate>2026-12-01+08:00</t:StartDate><t:EndDate>2027-06-30+08:00</t:EndDate>"
                "</t:EndDateRecurrence>"
            ),
            EndDate(last=date(2027, 6, 30)),
        ),
        (
            (
                "<t:NumberedRecurrence><t:StartDate>2026-12-01</t:StartDate>"
                "<t:NumberOfOccurrences>10</t:NumberOfOccurrences></t:NumberedRecurrence>"
            ),
            Numbered(count=10),
        ),
    ],
)
def test_every_range_is_read_and_days_are_those_of_the_series_own_zone(xml: str, extent: Range) -> None:
    assert read(DAILY, xml) == Recurrence(pattern=Daily(), first=FIRST, range=extent)


def test_servers_that_know_no_first_day_of_the_week_begin_it_on_sunday() -> None:
    weekly = "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek/></t:WeeklyRecurrence>"

    assert read(weekly).pattern == Weekly(days=(DayOfWeek.TUESDAY,), first_day=DayOfWeek.SUNDAY)


@pytest.mark.parametrize(
    ("pattern", "extent"),
    [
        ("<t:DailyRegeneration><t:Interval>1</t:Interval></t:DailyRegeneration>", NO_END),
        ("<t:AbsoluteYearlyRecurrence><t:DayOfMonth>1</t:DayOfMonth></t:AbsoluteYearlyRecurrence>", NO_END),
        (DAILY.replace("Daily", "AbsoluteMonthly"), NO_END),
        (DAILY, NO_END.replace("NoEnd", "Endless")),
        (DAILY, ""),
    ],
)
def test_a_rule_that_is_not_understood_is_not_guessed(pattern: str, extent: str) -> None:
    with pytest.raises(Malformed):
        read(pattern, extent)


def test_a_master_tells_its_rule_its_exceptions_and_what_was_deleted() -> None:
    item = read_item(element(MASTER), frozenset(), in_full=True)

    assert item.kind is ItemKind.MASTER
    assert item.detail is not None
    series = item.detail.series
    assert series is not None
    assert series.recurrence == Recurrence(pattern=Daily(), first=FIRST)
    assert series.modified == (
        RemoteException(
            item_id="exception",
            original_start=datetime(2026, 12, 2, 6, tzinfo=UTC),
            start=datetime(2026, 12, 2, 8, tzinfo=UTC),
            end=datetime(2026, 12, 2, 9, tzinfo=UTC),
        ),
    )
    assert [moment.day for moment in series.deleted] == [3, 4]


def test_a_copy_of_one_occurrence_says_of_which() -> None:
    alone = GUESTS_COPY.replace("<t:Start>", "<t:RecurrenceId>2026-12-01T05:00:00Z</t:RecurrenceId><t:Start>")

    assert read_item(element(alone), frozenset(), in_full=False).original_start == datetime(
        2026, 12, 1, 5, tzinfo=UTC
    )
    assert read_item(element(GUESTS_COPY), frozenset(), in_full=False).original_start is None


@pytest.mark.parametrize(
    ("day", "original_start"),
    [
        ("07EA0C18", datetime(2026, 12, 24, 6, tzinfo=UTC)),
        ("07ea0c18", datetime(2026, 12, 24, 6, tzinfo=UTC)),
        ("00000000", None),
        ("07EA0D18", None),
        ("no day..", None),
    ],
)
def test_where_the_server_does_not_say_which_occurrence_a_copy_is_its_uid_does(
    day: str, original_start: datetime | None
) -> None:
    uid = f"040000008200E00074C5B7101A82E008{day}0000000000000000"
    item = read_item(element(GUESTS_COPY.replace("0193@roomd", uid)), frozenset(), in_full=False)

    assert (item.uid, item.original_start) == (uid, original_start)
