"""Invitations, answers and cancellations between mailboxes."""

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, ItemId, eventually, unique
from lab.contract.requests import CLEAN_ID, equals, find, get, next_tuesday, respond, set_field, update, written

TO_ALL = "SendToAllAndSaveCopy"


def found(endpoint: Endpoint, subject: str, whose: str) -> ItemId | None:
    answer = endpoint.ask(find(equals("item:Subject", subject)), whose)
    return answer.item_id() if answer.all("//t:ItemId") else None


def seen(endpoint: Endpoint, item: ItemId, whose: str) -> Answer:
    return endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>', CLEAN_ID), whose)


@pytest.fixture
def invitation(endpoint: Endpoint, book: Book) -> tuple[ItemId, ItemId]:
    """A meeting with an attendee: the organizer's copy and the attendee's."""
    subject = unique("Contract")
    mine = book(subject=subject, attendees=(endpoint.site.attendee,), mode=TO_ALL)
    return mine, eventually(lambda: found(endpoint, subject, endpoint.site.attendee))


@pytest.mark.page("calendars-and-ews-in-exchange")
def test_an_invitation_is_noted_tentatively(endpoint: Endpoint, invitation: tuple[ItemId, ItemId]) -> None:
    _, theirs = invitation
    copy = seen(endpoint, theirs, endpoint.site.attendee)
    assert (copy.text("//t:LegacyFreeBusyStatus"), copy.text("//t:MyResponseType")) == (
        "Tentative",
        "NoResponseReceived",
    )
    assert copy.text("//t:Organizer//t:EmailAddress").lower() == endpoint.site.organizer


@pytest.mark.page("ews-identifiers-in-exchange")
def test_copies_share_the_clean_identity_and_no_id(endpoint: Endpoint, invitation: tuple[ItemId, ItemId]) -> None:
    mine, theirs = invitation
    identities = [
        seen(endpoint, item, whose).text("//t:ExtendedProperty/t:Value")
        for item, whose in ((mine, endpoint.site.organizer), (theirs, endpoint.site.attendee))
    ]
    assert identities[0] == identities[1]
    assert mine.id != theirs.id


@pytest.mark.page("responsetype")
def test_an_answer_is_tracked_by_the_organizer(endpoint: Endpoint, invitation: tuple[ItemId, ItemId]) -> None:
    mine, theirs = invitation
    accept = respond("AcceptItem", theirs.element("t:ReferenceItemId"))
    assert endpoint.ask(accept, endpoint.site.attendee).code == "NoError"
    path = "//t:Attendee/t:ResponseType"
    eventually(lambda: seen(endpoint, mine, endpoint.site.organizer).texts(path) == ["Accept"])


@pytest.mark.page("responsecode")
def test_the_organizer_does_not_accept(endpoint: Endpoint, invitation: tuple[ItemId, ItemId]) -> None:
    request = respond("AcceptItem", invitation[0].element("t:ReferenceItemId"))
    assert endpoint.ask(request).code == "ErrorCalendarIsOrganizerForAccept"


@pytest.mark.page("responsecode")
def test_an_attendee_does_not_cancel(endpoint: Endpoint, invitation: tuple[ItemId, ItemId]) -> None:
    request = respond("CancelCalendarItem", invitation[1].element("t:ReferenceItemId"))
    assert endpoint.ask(request, endpoint.site.attendee).code == "ErrorCalendarIsNotOrganizer"


@pytest.mark.page("how-to-delete-appointments-and-cancel-meetings-by-using-ews-in-exchange")
def test_a_cancelled_meeting_stays_cancelled_with_the_attendee(
    endpoint: Endpoint, invitation: tuple[ItemId, ItemId]
) -> None:
    mine, theirs = invitation
    current = seen(endpoint, mine, endpoint.site.organizer).item_id()
    assert endpoint.ask(respond("CancelCalendarItem", current.element("t:ReferenceItemId"))).code == "NoError"
    eventually(lambda: seen(endpoint, theirs, endpoint.site.attendee).texts("//t:IsCancelled") == ["true"])


@pytest.mark.page("updateitem")
def test_a_new_time_reaches_the_attendee_and_raises_the_sequence(
    endpoint: Endpoint, invitation: tuple[ItemId, ItemId]
) -> None:
    mine, theirs = invitation
    later = written(next_tuesday(13))
    current = seen(endpoint, mine, endpoint.site.organizer).item_id()
    end = set_field("calendar:End", f"<t:End>{written(next_tuesday(14))}</t:End>")
    start = set_field("calendar:Start", f"<t:Start>{later}</t:Start>")
    assert endpoint.ask(update(current.element(), end + start, mode=TO_ALL)).code == "NoError"
    eventually(lambda: seen(endpoint, theirs, endpoint.site.attendee).texts("//t:Start") == [later])
    assert int(seen(endpoint, mine, endpoint.site.organizer).text("//t:AppointmentSequenceNumber")) > 0


def _room_says(endpoint: Endpoint, item: ItemId, response: str) -> None:
    path = "//t:Resources/t:Attendee/t:ResponseType"
    eventually(lambda: seen(endpoint, item, endpoint.site.organizer).texts(path) == [response])


@pytest.mark.page("Set-CalendarProcessing")
def test_a_room_takes_one_meeting_at_a_time(endpoint: Endpoint, book: Book) -> None:
    start = next_tuesday(15)
    first = book(start, rooms=(endpoint.site.room,), mode=TO_ALL)
    _room_says(endpoint, first, "Accept")
    second = book(start, rooms=(endpoint.site.room,), mode=TO_ALL)
    _room_says(endpoint, second, "Decline")
