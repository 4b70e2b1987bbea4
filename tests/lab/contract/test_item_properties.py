"""What Exchange tells of a calendar item besides what its organizer wrote."""

from datetime import datetime, timedelta

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, ItemId, envelope, eventually, impersonating, unique
from lab.contract.requests import (
    HOUR,
    calendar_item,
    contains,
    create,
    delete,
    find,
    get,
    next_tuesday,
    occurrence,
    recurrence,
    set_field,
    update,
)

ITEM = "//m:Items/t:CalendarItem"
TO_ALL = "SendToAllAndSaveCopy"
DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
ZONES = '<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>'
# Of the elements on the page, those that every meeting has something to say in, as its organizer sees it.
OF_EVERY_MEETING = """ItemId ParentFolderId ItemClass Subject Sensitivity Body DateTimeReceived Size Importance
IsSubmitted IsDraft IsFromMe IsResend IsUnmodified DateTimeSent DateTimeCreated ResponseObjects ReminderDueBy
ReminderIsSet ReminderMinutesBeforeStart DisplayCc DisplayTo HasAttachments Culture Start End IsAllDayEvent
LegacyFreeBusyStatus Location IsMeeting IsCancelled IsRecurring MeetingRequestWasSent IsResponseRequested
CalendarItemType MyResponseType Organizer RequiredAttendees Resources ConflictingMeetingCount
AdjacentMeetingCount Duration TimeZone AppointmentSequenceNumber AppointmentState StartTimeZone EndTimeZone
ConferenceType AllowNewTimeProposal IsOnlineMeeting EffectiveRights LastModifiedName LastModifiedTime
IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString ConversationId"""


def names(answer: Answer) -> set[str]:
    return {each.tag.rpartition("}")[2] for each in answer.all(f"{ITEM}/*")}


def found(endpoint: Endpoint, subject: str, whose: str, folder: str = "calendar") -> Answer:
    """What somebody has with this subject, in full, as soon as it is there."""
    place = f'<t:DistinguishedFolderId Id="{folder}"/>'
    look = find(contains("item:Subject", subject), folder=place)
    ids = eventually(lambda: endpoint.ask(look, whose).all("//t:ItemId"))
    return endpoint.ask(get(f'<t:ItemId Id="{ids[0].get("Id")}"/>'), whose)


@pytest.mark.page("calendaritem")
def test_all_properties_of_a_meeting_are_all_of_the_page(endpoint: Endpoint, book: Book) -> None:
    site = endpoint.site
    item = book(attendees=(site.attendee,), rooms=(site.room,), before_start="", mode="SendToNone")
    placed = update(item.element(), set_field("calendar:Location", "<t:Location>Here</t:Location>"))
    seen = names(endpoint.ask(get(endpoint.ask(placed).item_id().element())))
    assert set(OF_EVERY_MEETING.split()) - seen == set()


@pytest.mark.page("requestserverversion")
def test_a_client_of_2010_gets_no_element_of_2013(endpoint: Endpoint, book: Book) -> None:
    request = get(book().element())
    who = impersonating("PrimarySmtpAddress", endpoint.site.organizer)
    seen = {v: names(endpoint.send(envelope(request, who, version=v))) for v in ("Exchange2010_SP2", "Exchange2013")}
    assert {"InstanceKey", "StartWallClock", "StartTimeZoneId", "IsOrganizer"} <= (
        seen["Exchange2013"] - seen["Exchange2010_SP2"]
    )
    assert {"ConversationId", "WebClientReadFormQueryString", "StartTimeZone"} <= seen["Exchange2010_SP2"]


@pytest.mark.page("responseobjects")
def test_an_organizer_may_cancel_and_an_attendee_answer(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Answered")
    mine = book(subject=subject, attendees=(endpoint.site.attendee,), mode=TO_ALL)
    offered = f"{ITEM}/t:ResponseObjects/*"
    for_me = [each.tag.rpartition("}")[2] for each in endpoint.ask(get(mine.element())).all(offered)]
    theirs = found(endpoint, subject, endpoint.site.attendee)
    for_them = [each.tag.rpartition("}")[2] for each in theirs.all(offered)]
    assert "CancelCalendarItem" in for_me
    assert "AcceptItem" not in for_me
    assert {"AcceptItem", "TentativelyAcceptItem", "DeclineItem"} <= set(for_them)
    assert "CancelCalendarItem" not in for_them


@pytest.mark.page("responseobjects")
def test_an_appointment_is_neither_answered_nor_cancelled(endpoint: Endpoint, book: Book) -> None:
    offered = endpoint.ask(get(book().element())).all(f"{ITEM}/t:ResponseObjects/*")
    assert {each.tag.rpartition("}")[2] for each in offered}.isdisjoint({"AcceptItem", "CancelCalendarItem"})


@pytest.mark.page("conflictingmeetings")
def test_what_else_is_at_that_time_is_told(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday(19)
    item, other = book(start), book(start + HOUR / 2)
    seen = endpoint.ask(get(item.element()))
    assert seen.text(f"{ITEM}/t:ConflictingMeetingCount") == "1"
    assert [each.get("Id") for each in seen.all("//t:ConflictingMeetings/t:CalendarItem/t:ItemId")] == [other.id]


@pytest.mark.page("conflictingmeetings")
def test_what_shows_as_free_is_no_conflict(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday(19)
    item, other = book(start), book(start)
    free = set_field("calendar:LegacyFreeBusyStatus", "<t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus>")
    assert endpoint.ask(update(other.element(), free)).code == "NoError"
    assert endpoint.ask(get(item.element())).text(f"{ITEM}/t:ConflictingMeetingCount") == "0"


@pytest.mark.page("adjacentmeetings")
def test_what_comes_right_before_and_after_is_told(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday(19)
    before, item, after = book(start - HOUR), book(start), book(start + HOUR)
    seen = endpoint.ask(get(item.element()))
    told = {each.get("Id") for each in seen.all("//t:AdjacentMeetings/t:CalendarItem/t:ItemId")}
    assert told == {before.id, after.id}
    assert seen.text(f"{ITEM}/t:AdjacentMeetingCount") == "2"


@pytest.mark.page("conversationid")
def test_an_invitation_and_the_copy_it_made_are_one_conversation(endpoint: Endpoint, book: Book) -> None:
    subject, attendee = unique("Conversation"), endpoint.site.attendee
    book(subject=subject, attendees=(attendee,), mode=TO_ALL)
    request = found(endpoint, subject, attendee, "inbox").all("//t:ConversationId")[0]
    copy = found(endpoint, subject, attendee).all("//t:ConversationId")[0]
    assert request.get("Id") == copy.get("Id") != ""


@pytest.mark.page("instancekey")
def test_items_have_instance_keys_of_their_own(endpoint: Endpoint, book: Book) -> None:
    keys = {endpoint.ask(get(book().element())).text(f"{ITEM}/t:InstanceKey") for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.page("startwallclock")
def test_the_wall_clock_is_that_of_the_items_zone(endpoint: Endpoint, book: Book) -> None:
    seen = endpoint.ask(get(book(after_people=ZONES).element()))
    wall = datetime.fromisoformat(seen.text(f"{ITEM}/t:StartWallClock"))
    assert wall == datetime.fromisoformat(seen.text(f"{ITEM}/t:Start"))
    assert wall.utcoffset() in {timedelta(hours=1), timedelta(hours=2)}
    assert seen.text(f"{ITEM}/t:StartTimeZoneId") == "W. Europe Standard Time"


@pytest.mark.page("enhancedlocation")
def test_a_location_is_also_told_at_length(endpoint: Endpoint, book: Book) -> None:
    placed = update(book().element(), set_field("calendar:Location", "<t:Location>Here</t:Location>"))
    seen = endpoint.ask(get(endpoint.ask(placed).item_id().element()))
    assert seen.text(f"{ITEM}/t:EnhancedLocation/t:DisplayName") == "Here"


@pytest.mark.page("intendedfreebusystatus")
def test_a_tentative_copy_remembers_what_the_organizer_meant(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Meant")
    book(subject=subject, attendees=(endpoint.site.attendee,), mode=TO_ALL)
    copy = found(endpoint, subject, endpoint.site.attendee)
    assert copy.text(f"{ITEM}/t:LegacyFreeBusyStatus") == "Tentative"
    assert copy.text(f"{ITEM}/t:IntendedFreeBusyStatus") == "Busy"


@pytest.mark.page("webclientreadformquerystring")
def test_the_address_of_a_web_page_names_the_item(endpoint: Endpoint, book: Book) -> None:
    item = book()
    seen = endpoint.ask(get(item.element()))
    for name in ("WebClientReadFormQueryString", "WebClientEditFormQueryString"):
        assert item.id[:40] in seen.text(f"{ITEM}/t:{name}")


@pytest.mark.page("itemclass")
def test_the_class_of_an_exception_is_one_of_its_own(endpoint: Endpoint) -> None:
    start = next_tuesday()
    series = calendar_item("Series", start, after_people=recurrence(DAILY, start.date(), 3) + ZONES)
    master = endpoint.ask(create(series)).item_id()

    def item_class(reference: str) -> str:
        return endpoint.ask(get(reference)).text(f"{ITEM}/t:ItemClass")

    plain = item_class(occurrence(master.id, 2))
    second: ItemId = endpoint.ask(get(occurrence(master.id, 2))).item_id()
    endpoint.ask(update(second.element(), set_field("item:Subject", "<t:Subject>Other</t:Subject>")))
    exception = item_class(occurrence(master.id, 2))
    assert item_class(master.element()) == "IPM.Appointment"
    assert (plain, exception) == (
        "IPM.Appointment.Occurrence", "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}",
    )  # fmt: skip
    endpoint.ask(delete(master.element()))
