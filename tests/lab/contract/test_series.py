"""Series: patterns, occurrences, exceptions, and the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, ItemId, unique
from lab.contract.requests import (
    HOUR,
    delete,
    find,
    get,
    next_tuesday,
    occurrence,
    recurrence,
    set_field,
    update,
    view,
    written,
)

DAY = timedelta(days=1)
DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
BERLIN = ZoneInfo("Europe/Berlin")


def in_zone(pattern: str, first: datetime, count: int) -> str:
    return recurrence(pattern, first.date(), count) + '<t:StartTimeZone Id="W. Europe Standard Time"/>'


@pytest.fixture
def series(book: Book) -> ItemId:
    """Three days in a row."""
    start = next_tuesday()
    return book(start, after_people=in_zone(DAILY, start, 3))


def master(endpoint: Endpoint, item: ItemId) -> Answer:
    return endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>'))


def at(endpoint: Endpoint, item: ItemId, index: int) -> Answer:
    return endpoint.ask(get(occurrence(item.id, index)))


def starts(endpoint: Endpoint, subject: str, first: datetime, days: int) -> list[str]:
    answer = endpoint.ask(find(view=view(first - DAY, first + days * DAY)))
    return answer.texts(f"//t:CalendarItem[t:Subject='{subject}']/t:Start")


@pytest.mark.page("recurrence-patterns-and-ews")
@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ("<t:DailyRecurrence><t:Interval>2</t:Interval></t:DailyRecurrence>", [0, 2, 4]),
        (
            (
                "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday Thursday</t:DaysOfWeek>"
                "<t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
            ),
            [0, 2, 7],
        ),
        (
            (
                "<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>"
                "<t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>"
            ),
            [0, 14, 28],
        ),
    ],
    ids=["daily", "weekly on two days", "fortnightly"],
)
def test_a_series_falls_where_its_pattern_says(endpoint: Endpoint, book: Book, pattern: str, days: list[int]) -> None:
    start, subject = next_tuesday(), unique("Pattern")
    book(start, subject=subject, after_people=recurrence(pattern, start.date(), 3))
    assert starts(endpoint, subject, start, 40) == [written(start + day * DAY) for day in days]


@pytest.mark.page("recurrence-patterns-and-ews")
@pytest.mark.parametrize(
    "pattern",
    [
        (
            "<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>{day}</t:DayOfMonth>"
            "</t:AbsoluteMonthlyRecurrence>"
        ),
        (
            "<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>"
            "<t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>"
        ),
        (
            "<t:RelativeYearlyRecurrence><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex>"
            "<t:Month>{month}</t:Month></t:RelativeYearlyRecurrence>"
        ),
        (
            "<t:AbsoluteYearlyRecurrence><t:DayOfMonth>{day}</t:DayOfMonth><t:Month>{month}</t:Month>"
            "</t:AbsoluteYearlyRecurrence>"
        ),
    ],
    ids=["day of month", "last Tuesday", "first weekday of a month", "day of year"],
)
def test_a_monthly_or_yearly_pattern_is_kept(endpoint: Endpoint, book: Book, pattern: str) -> None:
    start = next_tuesday()
    asked = pattern.format(day=start.day, month=start.strftime("%B"))
    item = book(start, after_people=recurrence(asked, start.date(), 2))
    kept = master(endpoint, item).all("//t:Recurrence/*")[0]
    name = asked[3:].partition(">")[0]
    assert kept.tag.rpartition("}")[2] == name
    for child in kept:
        assert f">{child.text}</t:{child.tag.rpartition('}')[2]}>" in asked


@pytest.mark.page("how-to-access-a-recurring-series-by-using-ews-in-exchange")
def test_an_occurrence_is_had_by_index(endpoint: Endpoint, series: ItemId) -> None:
    second = at(endpoint, series, 2)
    assert second.text("//t:CalendarItemType") == "Occurrence"
    assert second.text("//t:Start") == written(next_tuesday() + DAY)
    assert at(endpoint, series, 4).code == "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"
    back = f'<t:RecurringMasterItemId OccurrenceId="{second.item_id().id}"/>'
    assert endpoint.ask(get(back)).item_id().id == series.id


@pytest.mark.page("firstoccurrence")
def test_a_master_names_its_first_and_last_occurrence(endpoint: Endpoint, series: ItemId) -> None:
    seen = master(endpoint, series)
    assert seen.text("//t:CalendarItemType") == "RecurringMaster"
    assert seen.text("//t:FirstOccurrence/t:Start") == written(next_tuesday())
    assert seen.text("//t:LastOccurrence/t:Start") == written(next_tuesday() + 2 * DAY)


@pytest.mark.page("modifiedoccurrences")
def test_a_changed_occurrence_is_an_exception_and_the_master_changes(endpoint: Endpoint, series: ItemId) -> None:
    second = at(endpoint, series, 2).item_id()
    later = next_tuesday() + DAY + 2 * HOUR
    changes = set_field("calendar:End", f"<t:End>{written(later + HOUR)}</t:End>")
    changes += set_field("calendar:Start", f"<t:Start>{written(later)}</t:Start>")
    assert endpoint.ask(update(second.element(), changes)).code == "NoError"
    assert at(endpoint, series, 2).text("//t:CalendarItemType") == "Exception"
    seen = master(endpoint, series)
    assert seen.texts("//t:ModifiedOccurrences/t:Occurrence/t:Start") == [written(later)]
    assert seen.texts("//t:ModifiedOccurrences/t:Occurrence/t:OriginalStart") == [written(next_tuesday() + DAY)]
    assert seen.item_id().change_key != series.change_key


@pytest.mark.page("deletedoccurrences")
def test_a_deleted_occurrence_is_listed_by_its_start_and_lies_nowhere(endpoint: Endpoint, book: Book) -> None:
    start, subject = next_tuesday(), unique("Deleted")
    item = book(start, subject=subject, after_people=in_zone(DAILY, start, 3))
    second = at(endpoint, item, 2).item_id()
    assert endpoint.ask(delete(second.element(), "MoveToDeletedItems")).code == "NoError"
    assert master(endpoint, item).texts("//t:DeletedOccurrence/t:Start") == [written(start + DAY)]
    assert at(endpoint, item, 2).code == "ErrorCalendarOccurrenceIsDeletedFromRecurrence"
    assert starts(endpoint, subject, start, 5) == [written(start), written(start + 2 * DAY)]
    deleted = endpoint.ask(find(folder='<t:DistinguishedFolderId Id="deleteditems"/>'))
    assert subject not in deleted.texts("//t:Subject")


@pytest.mark.page("responsecode")
def test_an_occurrence_does_not_pass_its_neighbour(endpoint: Endpoint, series: ItemId) -> None:
    second = at(endpoint, series, 2).item_id()
    beyond = next_tuesday() + 3 * DAY
    changes = set_field("calendar:End", f"<t:End>{written(beyond + HOUR)}</t:End>")
    changes += set_field("calendar:Start", f"<t:Start>{written(beyond)}</t:Start>")
    assert endpoint.ask(update(second.element(), changes)).code == "ErrorOccurrenceCrossingBoundary"


@pytest.mark.page("MS-OXOCAL 2.2.1.27")
def test_occurrences_share_the_clean_identity_of_their_series(endpoint: Endpoint, series: ItemId) -> None:
    ids = [
        f'<t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="{number}" PropertyType="Binary"/>'
        for number in (3, 35)
    ]
    whole = endpoint.ask(get(series.element(), *ids)).texts("//t:ExtendedProperty/t:Value")
    one = endpoint.ask(get(occurrence(series.id, 2), *ids)).texts("//t:ExtendedProperty/t:Value")
    assert whole[1] == one[1]
    assert whole[0] != one[0]


@pytest.mark.page("time-zones-and-ews-in-exchange")
@pytest.mark.parametrize("month", [3, 10])
def test_a_series_keeps_its_time_on_the_wall_when_the_clock_changes(
    endpoint: Endpoint, book: Book, month: int
) -> None:
    year = datetime.now(UTC).year + 1
    first = datetime(year, month, 24, 9, tzinfo=BERLIN)
    subject = unique("Clock")
    book(first.astimezone(UTC), subject=subject, after_people=in_zone(DAILY, first, 10))
    seen = [datetime.fromisoformat(start).astimezone(BERLIN) for start in starts(endpoint, subject, first, 12)]
    assert [(moment.day, moment.hour) for moment in seen] == [((first + n * DAY).day, 9) for n in range(10)]
    assert len({moment.utcoffset() for moment in seen}) == 2


@pytest.mark.page("deleteitem")
def test_deleting_the_master_deletes_the_series(endpoint: Endpoint, book: Book) -> None:
    start, subject = next_tuesday(), unique("Whole")
    item = book(start, subject=subject, after_people=in_zone(DAILY, start, 3))
    request = delete(item.element()).replace(
        "SendMeetingCancellations", 'AffectedTaskOccurrences="AllOccurrences" SendMeetingCancellations'
    )
    assert endpoint.ask(request).code == "NoError"
    assert starts(endpoint, subject, start, 5) == []
