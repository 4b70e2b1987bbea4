from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.series import BERLIN_ID
from lab.test_recurrence_days import FIRSTS, PATTERNS
from roomd_lab import ExchangeError
from roomd_lab.model.recurrence.patterns import Pattern, Recurrence
from roomd_lab.model.zones import known_zone_ids
from roomd_lab.soap.recurrence import read_recurrence, write_recurrence
from roomd_lab.soap.xml import TYPES, parse

ENDS = st.one_of(
    st.just({}),
    st.builds(lambda number: {"count": number}, st.integers(1, 999)),
    st.builds(lambda day: {"until": day}, st.dates(date(2033, 1, 1), date(2040, 1, 1))),
)


def read(written: str) -> Recurrence:
    document = written.replace("<t:Recurrence>", f'<t:Recurrence xmlns:t="{TYPES}">', 1)
    return read_recurrence(parse(document.encode()))


@given(pattern=PATTERNS, first=FIRSTS, end=ENDS, zone_id=st.sampled_from(known_zone_ids()))
def test_what_is_written_is_read_as_the_same(
    pattern: Pattern, first: date, end: dict[str, int | date], zone_id: str
) -> None:
    recurrence = Recurrence(pattern=pattern, first=first, **end)  # type: ignore[arg-type]
    assert read(write_recurrence(recurrence, zone_id)) == recurrence


def test_dates_carry_the_offset_of_the_series_zone_and_come_with_any() -> None:
    daily = "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>{}</t:Recurrence>"
    ends = "<t:EndDateRecurrence><t:StartDate>{}</t:StartDate><t:EndDate>{}</t:EndDate></t:EndDateRecurrence>"
    recurrence = read(daily.format(ends.format("2026-10-24", "2026-10-26-04:00")))
    assert (recurrence.first, recurrence.until) == (date(2026, 10, 24), date(2026, 10, 26))
    written = write_recurrence(recurrence, BERLIN_ID)
    assert ends.format("2026-10-24+02:00", "2026-10-26+01:00") in written


@pytest.mark.parametrize(
    "spoiled",
    [
        "<t:Recurrence/>",
        "<t:Recurrence><t:DailyRecurrence/><t:NoEndRecurrence/></t:Recurrence>",
        "<t:Recurrence><t:NoEndRecurrence/><t:DailyRecurrence/></t:Recurrence>",
        (
            "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NoEndRecurrence>"
            "<t:StartDate>2026-02-30</t:StartDate></t:NoEndRecurrence></t:Recurrence>"
        ),
        (
            "<t:Recurrence><t:AbsoluteYearlyRecurrence><t:DayOfMonth>1</t:DayOfMonth><t:Month>Brumaire</t:Month>"
            "</t:AbsoluteYearlyRecurrence><t:NoEndRecurrence><t:StartDate>2026-02-03</t:StartDate></t:NoEndRecurrence>"
            "</t:Recurrence>"
        ),
        (
            "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek>"
            "<t:FirstDayOfWeek>Weekday</t:FirstDayOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence>"
            "<t:StartDate>2026-02-03</t:StartDate></t:NoEndRecurrence></t:Recurrence>"
        ),
    ],
)
def test_what_is_no_recurrence_is_refused(spoiled: str) -> None:
    with pytest.raises(ExchangeError, match="ErrorSchemaValidation"):
        read(spoiled.replace("<t:Recurrence/>", "<t:Recurrence></t:Recurrence>"))
