"""FindItem: views, pages, searches; GetUserAvailability."""

from datetime import timedelta

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, unique
from lab.contract.requests import HOUR, KEY, contains, equals, find, next_tuesday, view, written

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


@pytest.mark.page("indexedpageitemview")
@pytest.mark.parametrize(
    ("base", "offset", "shown", "is_last"),
    [
        ("Beginning", 0, "012", "false"),
        ("Beginning", 3, "34", "true"),
        ("Beginning", 5, "", "true"),
        ("End", 0, "234", "false"),
        ("End", 3, "01", "true"),
        ("End", 5, "", "true"),
    ],
)
def test_a_page_is_counted_from_either_end(  # noqa: PLR0913, PLR0917 - a table
    endpoint: Endpoint, book: Book, base: str, offset: int, shown: str, is_last: str
) -> None:
    key, start = unique("Paged"), next_tuesday(18)
    for number in range(5):
        book(start + number * HOUR / 2, subject=f"{key} {number}")
    order = (
        '<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="calendar:Start"/></t:FieldOrder>'
        "</m:SortOrder>"
    )
    page = f'<m:IndexedPageItemView MaxEntriesReturned="3" Offset="{offset}" BasePoint="{base}"/>'
    answer = endpoint.ask(find(contains("item:Subject", key), view=page, order=order))
    assert "".join(subject[-1] for subject in answer.texts("//t:Subject")) == shown
    (folder,) = answer.all("//m:RootFolder")
    assert (folder.get("TotalItemsInView"), folder.get("IncludesLastItemInRange")) == ("5", is_last)


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


def compared(name: str, uri: str, value: str) -> str:
    return equals(uri, value).replace("IsEqualTo", name)


@pytest.mark.page("how-to-use-search-filters-with-ews-in-exchange")
@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("IsEqualTo", [1]),
        ("IsNotEqualTo", [0, 2]),
        ("IsGreaterThan", [2]),
        ("IsGreaterThanOrEqualTo", [1, 2]),
        ("IsLessThan", [0]),
        ("IsLessThanOrEqualTo", [0, 1]),
    ],
)
def test_a_search_compares(endpoint: Endpoint, book: Book, name: str, hours: list[int]) -> None:
    key, start = unique("Compared"), next_tuesday()
    for hour in range(3):
        book(start + hour * HOUR, subject=f"{key} {hour}")
    mine = contains("item:Subject", key)
    expression = f"<t:And>{mine}{compared(name, 'calendar:Start', written(start + HOUR))}</t:And>"
    found = endpoint.ask(find(expression)).texts("//t:Subject")
    assert sorted(found) == [f"{key} {hour}" for hour in hours]


@pytest.mark.page("how-to-use-search-filters-with-ews-in-exchange")
def test_a_search_combines_and_looks_for_what_is_there(endpoint: Endpoint, book: Book) -> None:
    key, other = unique("One"), unique("Other")
    book(subject=key, before_start=f"<t:ExtendedProperty>{KEY}<t:Value>{key}</t:Value></t:ExtendedProperty>")
    book(subject=other)
    either = f"<t:Or>{equals('item:Subject', key)}{equals('item:Subject', other)}</t:Or>"
    assert sorted(endpoint.ask(find(either)).texts("//t:Subject")) == sorted([key, other])
    with_key = f"<t:And>{either}<t:Exists>{KEY}</t:Exists></t:And>"
    assert endpoint.ask(find(with_key)).texts("//t:Subject") == [key]


@pytest.mark.page("calendarview")
def test_a_view_shows_at_most_so_many(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday()
    book(start), book(start)
    cut = view(start, start + HOUR).replace("<m:CalendarView", '<m:CalendarView MaxEntriesReturned="1"')
    answer = endpoint.ask(find(view=cut))
    assert len(answer.all("//t:CalendarItem")) == 1
    assert answer.all("//m:RootFolder")[0].get("IncludesLastItemInRange") == "false"


@pytest.mark.page("calendarview")
def test_a_view_does_not_end_before_it_begins(endpoint: Endpoint) -> None:
    start = next_tuesday()
    assert endpoint.ask(find(view=view(start, start - DAYS))).code == "ErrorCalendarEndDateIsEarlierThanStartDate"


def viewed(kind: str, address: str) -> str:
    return availability(address).replace("FreeBusyMerged", kind)


@pytest.mark.page("requestedview")
def test_details_are_told_to_who_may_read_them(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Detailed")
    book(next_tuesday(10), subject=subject)
    seen = endpoint.ask(viewed("Detailed", endpoint.site.organizer))
    assert subject in seen.texts("//t:CalendarEventDetails/t:Subject")
    times = seen.texts(f"//t:CalendarEvent[t:CalendarEventDetails/t:Subject='{subject}']/t:StartTime")
    assert times == [written(next_tuesday(10))[:-1]]


@pytest.mark.page("requestedview")
def test_others_see_that_something_is_on(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Secret")
    book(next_tuesday(10), subject=subject)
    answer = endpoint.ask(viewed("FreeBusy", endpoint.site.organizer), endpoint.site.attendee)
    assert "Busy" in answer.texts("//t:CalendarEvent/t:BusyType")
    assert subject not in answer.texts("//t:Subject")


@pytest.mark.page("suggestionsviewoptions")
def test_times_are_suggested_when_all_are_free(endpoint: Endpoint, book: Book) -> None:
    day = next_tuesday(0)
    book(next_tuesday(10))
    options = (
        "<t:SuggestionsViewOptions><t:GoodThreshold>25</t:GoodThreshold>"
        "<t:MaximumResultsByDay>48</t:MaximumResultsByDay>"
        "<t:MaximumNonWorkHourResultsByDay>48</t:MaximumNonWorkHourResultsByDay>"
        "<t:MeetingDurationInMinutes>60</t:MeetingDurationInMinutes>"
        "<t:MinimumSuggestionQuality>Excellent</t:MinimumSuggestionQuality><t:DetailedSuggestionsWindow>"
        f"<t:StartTime>{written(day)[:-1]}</t:StartTime><t:EndTime>{written(day + DAYS)[:-1]}</t:EndTime>"
        "</t:DetailedSuggestionsWindow></t:SuggestionsViewOptions></m:GetUserAvailabilityRequest>"
    )
    request = availability(endpoint.site.organizer).replace("</m:GetUserAvailabilityRequest>", options)
    times = endpoint.ask(request).texts("//t:Suggestion/t:MeetingTime")
    assert times
    assert written(next_tuesday(10))[:-1] not in [time.removesuffix("Z") for time in times]
