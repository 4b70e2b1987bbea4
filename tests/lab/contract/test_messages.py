"""What is mailed about a meeting, to whom, and what it leads to."""

from datetime import datetime

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, ItemId, eventually, unique
from lab.contract.requests import (
    CLEAN_ID,
    contains,
    delete,
    find,
    get,
    get_folder,
    next_tuesday,
    recurrence,
    respond,
    set_field,
    sync,
    update,
    written,
)

ROOM_SAYS = "//t:Resources/t:Attendee/t:ResponseType"
TO_ALL = "SendToAllAndSaveCopy"
FULL = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
IS_READ = (
    '<t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>{}</t:IsRead></t:Message>'
    "</t:SetItemField>"
)
FOLDER_COUNTS = "<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"


def listed(endpoint: Endpoint, subject: str, folder: str, whose: str) -> Answer:
    place = f'<t:DistinguishedFolderId Id="{folder}"/>'
    return endpoint.ask(find(contains("item:Subject", subject), folder=place, shape=FULL), whose)


def message(endpoint: Endpoint, subject: str, kind: str, whose: str) -> Answer:
    """A meeting message in somebody's inbox, in full, as soon as it is there."""
    found = eventually(lambda: listed(endpoint, subject, "inbox", whose).all(f"//t:{kind}/t:ItemId"))
    return endpoint.ask(get(f'<t:ItemId Id="{found[0].get("Id")}"/>', CLEAN_ID), whose)


def copy(endpoint: Endpoint, subject: str, whose: str) -> Answer:
    """The meeting in somebody's calendar, in full, as soon as it is there."""
    found = eventually(lambda: listed(endpoint, subject, "calendar", whose).all("//t:CalendarItem/t:ItemId"))
    return endpoint.ask(get(f'<t:ItemId Id="{found[0].get("Id")}"/>', CLEAN_ID), whose)


@pytest.fixture
def subject(endpoint: Endpoint, book: Book) -> str:
    """The subject of a meeting with one attendee, who has it in the calendar."""
    subject = unique("Mailed")
    book(subject=subject, attendees=(endpoint.site.attendee,), mode=TO_ALL)
    copy(endpoint, subject, endpoint.site.attendee)
    return subject


@pytest.mark.page("meetingrequest")
def test_an_invitation_is_a_message_about_the_copy_it_made(endpoint: Endpoint, subject: str) -> None:
    attendee = endpoint.site.attendee
    request = message(endpoint, subject, "MeetingRequest", attendee)
    made = copy(endpoint, subject, attendee)
    assert request.text("//t:MeetingRequestType") == "NewMeetingRequest"
    assert request.all("//t:AssociatedCalendarItemId")[0].get("Id") == made.item_id().id
    assert request.text("//t:ExtendedProperty/t:Value") == made.text("//t:ExtendedProperty/t:Value")


@pytest.mark.page("meetingrequesttype")
def test_a_new_time_is_mailed_as_a_full_update(endpoint: Endpoint, subject: str) -> None:
    mine = copy(endpoint, subject, endpoint.site.organizer).item_id()
    end = set_field("calendar:End", f"<t:End>{written(next_tuesday(14))}</t:End>")
    start = set_field("calendar:Start", f"<t:Start>{written(next_tuesday(13))}</t:Start>")
    assert endpoint.ask(update(mine.element(), end + start, mode=TO_ALL)).code == "NoError"
    path = "//t:MeetingRequest/t:MeetingRequestType"
    attendee = endpoint.site.attendee
    eventually(lambda: "FullUpdate" in listed(endpoint, subject, "inbox", attendee).texts(path))


@pytest.mark.page("meetingrequesttype")
def test_a_new_place_is_mailed_as_an_informational_update(endpoint: Endpoint, subject: str) -> None:
    mine = copy(endpoint, subject, endpoint.site.organizer).item_id()
    there = set_field("calendar:Location", "<t:Location>There</t:Location>")
    assert endpoint.ask(update(mine.element(), there, mode=TO_ALL)).code == "NoError"
    path, attendee = "//t:MeetingRequest/t:MeetingRequestType", endpoint.site.attendee
    eventually(lambda: "InformationalUpdate" in listed(endpoint, subject, "inbox", attendee).texts(path))


@pytest.mark.page("meetingresponse")
@pytest.mark.parametrize(
    ("response", "answer", "shown"),
    [("AcceptItem", "Accept", "Busy"), ("TentativelyAcceptItem", "Tentative", "Tentative"),
     ("DeclineItem", "Decline", None)],
)  # fmt: skip
def test_an_answer_is_a_message_to_the_organizer(
    endpoint: Endpoint, subject: str, response: str, answer: str, shown: str | None
) -> None:
    theirs = copy(endpoint, subject, endpoint.site.attendee).item_id()
    reference = theirs.element("t:ReferenceItemId")
    assert endpoint.ask(respond(response, reference), endpoint.site.attendee).code == "NoError"
    assert message(endpoint, subject, "MeetingResponse", endpoint.site.organizer).text("//t:ResponseType") == answer
    left = listed(endpoint, subject, "calendar", endpoint.site.attendee)
    assert left.texts("//t:LegacyFreeBusyStatus") == ([shown] if shown else [])
    mine = copy(endpoint, subject, endpoint.site.organizer)
    assert mine.texts("//t:RequiredAttendees/t:Attendee/t:ResponseType") == [answer]
    assert len(mine.texts("//t:RequiredAttendees/t:Attendee/t:LastResponseTime")) == 1


@pytest.mark.page("createitem")
def test_an_answer_that_is_only_saved_is_mailed_to_nobody(endpoint: Endpoint, subject: str) -> None:
    theirs = copy(endpoint, subject, endpoint.site.attendee).item_id()
    quietly = respond("AcceptItem", theirs.element("t:ReferenceItemId"), "SaveOnly")
    assert endpoint.ask(quietly, endpoint.site.attendee).code == "NoError"
    assert copy(endpoint, subject, endpoint.site.attendee).text("//t:MyResponseType") == "Accept"
    mine = copy(endpoint, subject, endpoint.site.organizer)
    assert mine.texts("//t:Attendee/t:ResponseType") == ["Unknown"]


@pytest.mark.page("meetingcancellation")
@pytest.mark.parametrize("how", ["CancelCalendarItem", "DeleteItem"])
def test_a_cancellation_is_a_message_to_the_attendee(endpoint: Endpoint, subject: str, how: str) -> None:
    mine = copy(endpoint, subject, endpoint.site.organizer).item_id()
    request = (
        respond(how, mine.element("t:ReferenceItemId"))
        if how == "CancelCalendarItem"
        else delete(mine.element(), "MoveToDeletedItems", TO_ALL)
    )
    assert endpoint.ask(request).code == "NoError"
    cancelled = message(endpoint, subject, "MeetingCancellation", endpoint.site.attendee)
    assert cancelled.text("//t:Subject").endswith(subject)


@pytest.mark.page("deleteitem")
def test_a_meeting_deleted_quietly_stays_with_the_attendee(endpoint: Endpoint, subject: str) -> None:
    mine = copy(endpoint, subject, endpoint.site.organizer).item_id()
    assert endpoint.ask(delete(mine.element(), mode="SendToNone")).code == "NoError"
    assert copy(endpoint, subject, endpoint.site.attendee).texts("//t:IsCancelled") == ["false"]


@pytest.mark.page("createitem")
@pytest.mark.parametrize(("mode", "copies"), [("SendOnlyToAll", 0), ("SendToAllAndSaveCopy", 1)])
def test_a_copy_of_the_invitation_is_kept_or_not(endpoint: Endpoint, book: Book, mode: str, copies: int) -> None:
    subject = unique("Kept")
    book(subject=subject, attendees=(endpoint.site.attendee,), mode=mode)
    copy(endpoint, subject, endpoint.site.attendee)
    kept = listed(endpoint, subject, "sentitems", endpoint.site.organizer)
    assert len(kept.all("//t:MeetingRequest")) == copies


@pytest.mark.page("createitem")
def test_nobody_is_invited_quietly(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Quiet")
    item = book(subject=subject, attendees=(endpoint.site.attendee,), mode="SendToNone")
    assert endpoint.ask(get(item.element())).texts("//t:MeetingRequestWasSent") == ["false"]
    assert listed(endpoint, subject, "sentitems", endpoint.site.organizer).all("//t:ItemId") == []
    assert listed(endpoint, subject, "calendar", endpoint.site.attendee).all("//t:ItemId") == []


@pytest.mark.page("updateitem")
def test_an_update_goes_to_those_it_concerns(endpoint: Endpoint, subject: str) -> None:
    mine = copy(endpoint, subject, endpoint.site.organizer).item_id()
    added = set_field(
        "calendar:Resources",
        f"<t:Resources><t:Attendee><t:Mailbox><t:EmailAddress>{endpoint.site.room}</t:EmailAddress></t:Mailbox>"
        "</t:Attendee></t:Resources>",
    )
    changed = update(mine.element(), added, mode="SendToChangedAndSaveCopy")
    assert endpoint.ask(changed).code == "NoError"
    eventually(lambda: copy(endpoint, subject, endpoint.site.organizer).texts(ROOM_SAYS) == ["Accept"])
    requests = listed(endpoint, subject, "inbox", endpoint.site.attendee).all("//t:MeetingRequest")
    assert len(requests) == 1, "the attendee hears nothing of a room that was added"


@pytest.mark.page("Set-CalendarProcessing")
def test_a_rooms_copy_is_the_organizers_meeting(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Roomy")
    item = book(next_tuesday(16), subject=subject, rooms=(endpoint.site.room,), mode=TO_ALL)
    eventually(lambda: endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>')).texts(ROOM_SAYS) == ["Accept"])
    (kept,) = eventually(lambda: _booked_at(endpoint, next_tuesday(16)))
    theirs = endpoint.ask(get(f'<t:ItemId Id="{kept}"/>', CLEAN_ID), endpoint.site.room)
    mine = endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>', CLEAN_ID))
    identity = "//t:ExtendedProperty/t:Value"
    assert theirs.text(identity) == mine.text(identity)
    assert (theirs.text("//t:MyResponseType"), theirs.text("//t:LegacyFreeBusyStatus")) == ("Accept", "Busy")
    assert theirs.text("//t:Organizer//t:EmailAddress").lower() == endpoint.site.organizer


def _booked_at(endpoint: Endpoint, start: datetime) -> list[str]:
    """The room's items of that time; its attendant may have put the organizer's name in place of the subject."""
    found = listed(endpoint, "", "calendar", endpoint.site.room)
    return [each.get("Id") for each in found.all(f"//t:CalendarItem[t:Start='{written(start)}']/t:ItemId")]


@pytest.mark.page("Set-CalendarProcessing")
def test_a_room_is_free_again_after_a_cancellation(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday(17)
    first = book(start, rooms=(endpoint.site.room,), mode=TO_ALL)
    eventually(lambda: endpoint.ask(get(f'<t:ItemId Id="{first.id}"/>')).texts(ROOM_SAYS) == ["Accept"])
    assert endpoint.ask(delete(f'<t:ItemId Id="{first.id}"/>', "MoveToDeletedItems", TO_ALL)).code == "NoError"
    eventually(lambda: _booked_at(endpoint, start) == [])
    second = book(start, rooms=(endpoint.site.room,), mode=TO_ALL)
    eventually(lambda: endpoint.ask(get(f'<t:ItemId Id="{second.id}"/>')).texts(ROOM_SAYS) == ["Accept"])


@pytest.mark.page("Set-CalendarProcessing")
def test_a_room_takes_a_whole_series(endpoint: Endpoint, book: Book) -> None:
    start, subject = next_tuesday(18), unique("Series")
    item: ItemId = book(
        start,
        subject=subject,
        rooms=(endpoint.site.room,),
        mode=TO_ALL,
        after_people=recurrence(DAILY, start.date(), 2),
    )
    eventually(lambda: endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>')).texts(ROOM_SAYS) == ["Accept"])


@pytest.mark.page("isread")
def test_a_message_is_marked_as_read_and_as_unread_again(endpoint: Endpoint, subject: str) -> None:
    attendee, inbox = endpoint.site.attendee, '<t:DistinguishedFolderId Id="inbox"/>'
    request = message(endpoint, subject, "MeetingRequest", attendee)
    unread = int(endpoint.ask(get_folder(inbox, FOLDER_COUNTS), attendee).text("//t:UnreadCount"))
    for is_read, fewer in (("true", 1), ("false", 0)):
        current = message(endpoint, subject, "MeetingRequest", attendee).item_id()
        marked = update(current.element(), IS_READ.format(is_read))
        assert endpoint.ask(marked, attendee).item_id().id == request.item_id().id
        assert message(endpoint, subject, "MeetingRequest", attendee).text("//t:IsRead") == is_read
        counted = endpoint.ask(get_folder(inbox, FOLDER_COUNTS), attendee).text("//t:UnreadCount")
        assert int(counted) == unread - fewer


@pytest.mark.page("readflagchange")
def test_a_sync_tells_that_a_message_was_read_and_nothing_else(endpoint: Endpoint, subject: str) -> None:
    attendee = endpoint.site.attendee
    inbox = sync().replace('Id="calendar"', 'Id="inbox"')
    state = endpoint.ask(inbox, attendee).text("//m:SyncState")
    request = message(endpoint, subject, "MeetingRequest", attendee).item_id()
    assert endpoint.ask(update(request.element(), IS_READ.format("true")), attendee).code == "NoError"
    since = sync(state).replace('Id="calendar"', 'Id="inbox"')
    told = endpoint.ask(since, attendee)
    mine = [each for each in told.all("//t:ReadFlagChange") if each[0].get("Id") == request.id]
    assert [each[1].text for each in mine] == ["true"]


@pytest.mark.page("responsecode")
def test_nothing_else_of_a_message_is_changed(endpoint: Endpoint, subject: str) -> None:
    attendee = endpoint.site.attendee
    request = message(endpoint, subject, "MeetingRequest", attendee).item_id()
    change = IS_READ.format("true").replace("message:IsRead", "item:Subject").replace("IsRead>", "Subject>")
    answer = endpoint.ask(update(request.element(), change), attendee)
    assert answer.code == "ErrorInvalidPropertyUpdateSentMessage"
