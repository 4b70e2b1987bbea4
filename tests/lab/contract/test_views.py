"""FindItem: views, pages, searches; GetUserAvailability."""

from datetime import timedelta

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, unique
from lab.contract.requests import HOUR, equals, find, next_tuesday, view, written

PAGE = '<m:IndexedPageItemView MaxEntriesReturned="1" Offset="{}" BasePoint="Beginning"/>'
DAYS = timedelta(days=1)


@pytest.mark.page("calendarview")
def test_a_view_shows_what_overlaps_it(endpoint: Endpoint, book: Book) -> None:
    start, subject = next_tuesday(), unique("Seen")
    book(start, subject=subject)
    for first, last, shown in ((-1, 0.5, True), (0.5, 3, True), (-3, 0, False), (1, 3, False)):
        answer = endpoint.ask(find(view=view(start + first * HOUR, start + last * HOUR)))
        assert (subject in answer.texts("//t:Subject")) is shown, (first, last)


@pytest.mark.page("calendarview")
def test_a_view_shows_the_occurrences_of_a_series(endpoint: Endpoint, book: Book) -> None:
    start, subject = next_tuesday(), unique("Series")
    book(
        start,
        subject=subject,
        after_people=(
            "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence>"
            f"<t:StartDate>{start:%Y-%m-%d}</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences>"
            "</t:NumberedRecurrence></t:Recurrence>"
        ),
    )
    answer = endpoint.ask(find(view=view(start, start + 10 * DAYS)))
    assert answer.texts("//t:Subject").count(subject) == 3
    assert "Occurrence" in answer.texts("//t:CalendarItemType")
    masters = endpoint.ask(find(equals("item:Subject", subject)))
    assert masters.texts("//t:CalendarItemType") == ["RecurringMaster"]


@pytest.mark.page("responsecode")
def test_a_view_spans_two_years_at_most(endpoint: Endpoint) -> None:
    start = next_tuesday()
    assert endpoint.ask(find(view=view(start, start + 800 * DAYS))).code == "ErrorCalendarViewRangeTooBig"


@pytest.mark.page("responsecode")
def test_a_view_needs_a_calendar(endpoint: Endpoint) -> None:
    start = next_tuesday()
    inbox = '<t:DistinguishedFolderId Id="inbox"/>'
    answer = endpoint.ask(find(view=view(start, start + DAYS), folder=inbox))
    assert answer.code == "ErrorCalendarFolderIsInvalidForCalendarView"


@pytest.mark.page("calendarview")
def test_a_view_and_a_restriction_exclude_each_other(endpoint: Endpoint) -> None:
    start = next_tuesday()
    answer = endpoint.ask(find(equals("item:Subject", "x"), view=view(start, start + DAYS)))
    assert answer.code != "NoError"


@pytest.mark.page("how-to-perform-paged-searches-by-using-ews-in-exchange")
def test_items_come_by_the_page(endpoint: Endpoint, book: Book) -> None:
    book(), book()
    first = endpoint.ask(find(view=PAGE.format(0)))
    second = endpoint.ask(find(view=PAGE.format(1)))
    (folder,) = first.all("//m:RootFolder")
    assert (folder.get("IndexedPagingOffset"), folder.get("IncludesLastItemInRange")) == ("1", "false")
    assert first.item_id().id != second.item_id().id


@pytest.mark.page("how-to-use-search-filters-with-ews-in-exchange")
def test_a_search_filter_finds_by_substring_whatever_the_case(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Filtered")
    book(subject=subject)
    expression = (
        '<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI '
        f'FieldURI="item:Subject"/><t:Constant Value="{subject.lower()[3:]}"/></t:Contains>'
    )
    assert endpoint.ask(find(expression)).texts("//t:Subject") == [subject]
    assert subject not in endpoint.ask(find(f"<t:Not>{expression}</t:Not>")).texts("//t:Subject")


@pytest.mark.page("excludes")
def test_a_bitmask_that_is_none_is_refused(endpoint: Endpoint) -> None:
    expression = (
        '<t:Excludes><t:FieldURI FieldURI="calendar:AppointmentState"/><t:Bitmask Value="0xZZ"/></t:Excludes>'
    )
    assert endpoint.ask(find(expression)).code in {"ErrorInvalidExcludesRestriction", "ErrorSchemaValidation"}


@pytest.mark.page("sortorder")
def test_items_are_sorted(endpoint: Endpoint, book: Book) -> None:
    key = unique("Sorted")
    for number in (2, 1, 3):
        book(next_tuesday() + number * HOUR, subject=f"{key} {number}")
    order = (
        '<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI FieldURI="calendar:Start"/></t:FieldOrder>'
        "</m:SortOrder>"
    )
    expression = (
        '<t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase"><t:FieldURI '
        f'FieldURI="item:Subject"/><t:Constant Value="{key}"/></t:Contains>'
    )
    assert endpoint.ask(find(expression, order=order)).texts("//t:Subject") == [f"{key} {n}" for n in (3, 2, 1)]


ZONE = (
    "<t:TimeZone><t:Bias>0</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1"
    "</t:DayOrder><t:Month>1</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>0"
    "</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>1</t:DayOrder><t:Month>1</t:Month><t:DayOfWeek>Sunday"
    "</t:DayOfWeek></t:DaylightTime></t:TimeZone>"
)


def availability(address: str, days: int = 1, mailboxes: int = 1) -> str:
    start = next_tuesday(0)
    asked = (
        f"<t:MailboxData><t:Email><t:Address>{address}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType>"
        "</t:MailboxData>"
    )
    return (
        f"<m:GetUserAvailabilityRequest>{ZONE}<m:MailboxDataArray>{asked * mailboxes}</m:MailboxDataArray>"
        f"<t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>{written(start)[:-1]}</t:StartTime>"
        f"<t:EndTime>{written(start + days * DAYS)[:-1]}</t:EndTime></t:TimeWindow>"
        "<t:MergedFreeBusyIntervalInMinutes>60</t:MergedFreeBusyIntervalInMinutes>"
        "<t:RequestedView>FreeBusyMerged</t:RequestedView></t:FreeBusyViewOptions></m:GetUserAvailabilityRequest>"
    )


@pytest.mark.page("getuseravailability-operation")
def test_a_booked_hour_is_busy(endpoint: Endpoint, book: Book) -> None:
    book(next_tuesday(10))
    merged = endpoint.ask(availability(endpoint.site.organizer)).text("//t:MergedFreeBusy")
    assert (len(merged), merged[10]) == (24, "2")


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(
    ("days", "mailboxes", "code"), [(63, 1, "ErrorTimeIntervalTooBig"), (1, 101, "ErrorMailboxDataArrayTooBig")]
)
def test_availability_has_its_limits(endpoint: Endpoint, days: int, mailboxes: int, code: str) -> None:
    assert code in endpoint.ask(availability(endpoint.site.organizer, days, mailboxes)).codes


@pytest.mark.page("responsecode")
def test_a_stranger_has_no_availability(endpoint: Endpoint) -> None:
    answer = endpoint.ask(availability("nobody-" + unique("x").replace(" ", "") + "@invalid.example"))
    assert answer.code == "ErrorMailRecipientNotFound"
