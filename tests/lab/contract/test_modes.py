"""Every mode of CreateItem, UpdateItem and DeleteItem: who is told, what is kept, what is overwritten."""

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, ItemId, eventually, unique
from lab.contract.requests import (
    CALENDAR,
    CLEAN_ID,
    DISCARDED,
    HOUR,
    ID_ONLY,
    calendar_item,
    contains,
    create,
    delete,
    equals,
    find,
    get,
    next_tuesday,
    occurrence,
    people,
    recurrence,
    respond,
    set_field,
    update,
)

KINDS = ("HardDelete", "SoftDelete", "MoveToDeletedItems")
DAILY = "<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>"
THERE = set_field("calendar:Location", "<t:Location>There</t:Location>")
BODY = '<t:Body BodyType="Text">{}</t:Body>'


def folder(name: str) -> str:
    return f'<t:DistinguishedFolderId Id="{name}"/>'


def held(endpoint: Endpoint, subject: str, place: str, whose: str) -> list[str]:
    """The ids of what has a subject, in somebody's folder."""
    look = find(contains("item:Subject", subject), folder=folder(place), shape=ID_ONLY)
    return [each.get("Id") for each in endpoint.ask(look, whose).all("//t:ItemId")]


def arrived(endpoint: Endpoint, subject: str, whose: str) -> str:
    """The id of the copy in somebody's calendar, as soon as it is there."""
    return eventually(lambda: held(endpoint, subject, "calendar", whose))[0]


def told_of(endpoint: Endpoint, item: str, whose: str, path: str) -> str:
    return endpoint.ask(get(f'<t:ItemId Id="{item}"/>', base="Default"), whose).text(path)


@pytest.mark.page("createitem")
@pytest.mark.parametrize(
    ("mode", "is_sent", "is_kept"),
    [("SendToNone", 0, 0), ("SendOnlyToAll", 1, 0), ("SendToAllAndSaveCopy", 1, 1)],
)
def test_a_new_meeting_is_sent_and_kept_as_the_mode_says(
    endpoint: Endpoint, book: Book, mode: str, is_sent: int, is_kept: int
) -> None:
    subject, site = unique("Created"), endpoint.site
    book(subject=subject, attendees=(site.attendee,), mode=mode)
    if is_sent:
        arrived(endpoint, subject, site.attendee)
    assert len(held(endpoint, subject, "calendar", site.attendee)) == is_sent
    assert len(held(endpoint, subject, "sentitems", site.organizer)) == is_kept


@pytest.mark.page("updateitem")
@pytest.mark.parametrize(
    ("mode", "known", "added", "is_kept"),
    [
        ("SendToNone", 0, 0, 0),
        ("SendOnlyToAll", 1, 1, 0),
        ("SendOnlyToChanged", 0, 1, 0),
        ("SendToAllAndSaveCopy", 1, 1, 1),
        ("SendToChangedAndSaveCopy", 0, 1, 1),
    ],
)
def test_an_update_is_sent_and_kept_as_the_mode_says(  # noqa: PLR0913, PLR0917 - a table
    endpoint: Endpoint, book: Book, mode: str, known: int, added: int, is_kept: int
) -> None:
    """A room is added, and nothing else changes that attendees could see: with ...ToChanged it alone hears of it."""
    subject, site = unique("Updated"), endpoint.site
    item = book(next_tuesday(18), subject=subject, attendees=(site.attendee,), mode="SendOnlyToAll")
    arrived(endpoint, subject, site.attendee)
    before = held(endpoint, subject, "inbox", site.attendee)
    room = set_field("calendar:Resources", people("Resources", site.room))
    assert endpoint.ask(update(current(endpoint, item), room, mode=mode)).code == "NoError"
    if added:
        eventually(lambda: asked_for(endpoint, item, site.room))
    assert asked_for(endpoint, item, site.room) == bool(added)
    assert (held(endpoint, subject, "inbox", site.attendee) != before) == bool(known)
    assert len(held(endpoint, subject, "sentitems", site.organizer)) == is_kept


def current(endpoint: Endpoint, item: ItemId) -> str:
    """The item in its version of now: answers come in."""
    return endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>', base="IdOnly")).item_id().element()


def asked_for(endpoint: Endpoint, item: ItemId, room: str) -> bool:
    """Whether a room holds a meeting; the title is not to be seen there."""
    identity = endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>', CLEAN_ID, base="IdOnly")).text("//t:Value")
    return bool(endpoint.ask(find(equals(CLEAN_ID, identity), shape=ID_ONLY), room).all("//t:ItemId"))


@pytest.mark.page("deleteitem")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("mode", "is_sent", "is_kept"),
    [("SendToNone", 0, 0), ("SendOnlyToAll", 1, 0), ("SendToAllAndSaveCopy", 1, 1)],
)
def test_a_deleted_meeting_is_called_off_and_kept_as_the_mode_says(  # noqa: PLR0913, PLR0917 - a table
    endpoint: Endpoint, book: Book, kind: str, mode: str, is_sent: int, is_kept: int
) -> None:
    subject, site = unique("Deleted"), endpoint.site
    item = book(subject=subject, attendees=(site.attendee,), mode="SendOnlyToAll")
    copy = arrived(endpoint, subject, site.attendee)
    assert endpoint.ask(delete(current(endpoint, item), kind, mode)).code == "NoError"

    def is_cancelled() -> str:
        path = "//t:CalendarItem/t:IsCancelled"
        return endpoint.ask(get(f'<t:ItemId Id="{copy}"/>'), site.attendee).text(path)

    if is_sent:
        eventually(lambda: is_cancelled() == "true")
    assert is_cancelled() == ("true" if is_sent else "false")
    assert len(held(endpoint, subject, "sentitems", site.organizer)) == is_kept


@pytest.mark.page("deletetype")
@pytest.mark.parametrize(
    ("kind", "places"), [("HardDelete", ""), ("SoftDelete", "recoverableitemsdeletions"), (KINDS[2], "deleteditems")]
)
@pytest.mark.parametrize("what", ["appointment", "series", "request"])
def test_a_delete_type_says_where_an_item_goes(
    endpoint: Endpoint, book: Book, kind: str, places: str, what: str
) -> None:
    subject, site = unique("Goes"), endpoint.site
    whose, came_from = (site.attendee, "inbox") if what == "request" else (site.organizer, "calendar")
    start = next_tuesday()
    three = recurrence(DAILY, start.date(), 3) if what == "series" else ""
    mode = "SendOnlyToAll" if what == "request" else "SendToNone"
    book(start, subject=subject, attendees=(site.attendee,), after_people=three, mode=mode)
    (found,) = eventually(lambda: held(endpoint, subject, came_from, whose))
    assert endpoint.ask(delete(f'<t:ItemId Id="{found}"/>', kind), whose).code == "NoError"
    everywhere = (came_from, "deleteditems", "recoverableitemsdeletions")
    assert [place for place in everywhere if held(endpoint, subject, place, whose)] == places.split()


@pytest.mark.page("deletetype")
@pytest.mark.parametrize("kind", KINDS)
def test_an_occurrence_goes_for_good_whatever_the_delete_type(endpoint: Endpoint, book: Book, kind: str) -> None:
    subject, start = unique("Occurs"), next_tuesday()
    master = book(start, subject=subject, after_people=recurrence(DAILY, start.date(), 3))
    assert endpoint.ask(delete(occurrence(master.id, 2), kind)).code == "NoError"
    assert endpoint.ask(get(occurrence(master.id, 2))).code == "ErrorCalendarOccurrenceIsDeletedFromRecurrence"
    for place in ("deleteditems", "recoverableitemsdeletions"):
        assert held(endpoint, subject, place, endpoint.site.organizer) == []


@pytest.mark.page("deleteitem")
@pytest.mark.parametrize("affected", ["AllOccurrences", "SpecifiedOccurrenceOnly"])
def test_what_is_said_of_tasks_does_not_matter_to_a_calendar(endpoint: Endpoint, book: Book, affected: str) -> None:
    start = next_tuesday()
    master = book(start, after_people=recurrence(DAILY, start.date(), 3))
    attribute = f'<m:DeleteItem AffectedTaskOccurrences="{affected}"'
    request = delete(occurrence(master.id, 2)).replace("<m:DeleteItem", attribute)
    assert endpoint.ask(request).code == "NoError"
    assert endpoint.ask(get(occurrence(master.id, 3))).code == "NoError"


@pytest.mark.page("createitem")
@pytest.mark.parametrize("name", ["AcceptItem", "TentativelyAcceptItem", "DeclineItem"])
@pytest.mark.parametrize(
    ("disposition", "is_sent", "is_kept"), [("SaveOnly", 0, 0), ("SendOnly", 1, 0), ("SendAndSaveCopy", 1, 1)]
)
def test_a_response_is_sent_and_kept_as_its_disposition_says(  # noqa: PLR0913, PLR0917 - a table
    endpoint: Endpoint, book: Book, name: str, disposition: str, is_sent: int, is_kept: int
) -> None:
    subject, site = unique("Answered"), endpoint.site
    item = book(subject=subject, attendees=(site.attendee,), mode="SendOnlyToAll")
    copy = arrived(endpoint, subject, site.attendee)
    there = endpoint.ask(get(f'<t:ItemId Id="{copy}"/>', base="IdOnly"), site.attendee).item_id()
    answer = respond(name, there.element("t:ReferenceItemId"), disposition)
    assert endpoint.ask(answer, site.attendee).code == "NoError"

    def has_answered() -> bool:
        seen = endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>')).text("//t:Attendee/t:ResponseType")
        return seen not in {"Unknown", "NoResponseReceived"}

    if is_sent:
        eventually(has_answered)
    assert has_answered() == bool(is_sent)
    assert len(held(endpoint, subject, "sentitems", site.attendee)) == is_kept


@pytest.mark.page("cancelcalendaritem")
@pytest.mark.parametrize(("disposition", "is_kept"), [("SendOnly", 0), ("SendAndSaveCopy", 1)])
def test_a_cancellation_is_kept_as_its_disposition_says(
    endpoint: Endpoint, book: Book, disposition: str, is_kept: int
) -> None:
    subject, site = unique("Cancelled"), endpoint.site
    item = book(subject=subject, attendees=(site.attendee,), mode="SendOnlyToAll")
    arrived(endpoint, subject, site.attendee)
    now = endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>', base="IdOnly")).item_id()
    cancelled = respond("CancelCalendarItem", now.element("t:ReferenceItemId"), disposition)
    assert endpoint.ask(cancelled).code == "NoError"
    assert len(held(endpoint, subject, "sentitems", site.organizer)) == is_kept


@pytest.mark.page("updateitem")
@pytest.mark.parametrize(
    ("resolution", "code"),
    [("NeverOverwrite", "ErrorIrresolvableConflict"), ("AutoResolve", "NoError"), ("AlwaysOverwrite", "NoError")],
)
def test_a_stale_change_is_resolved_as_the_mode_says(
    endpoint: Endpoint, book: Book, resolution: str, code: str
) -> None:
    item = book()
    newer = set_field("calendar:Location", "<t:Location>Here</t:Location>")
    assert endpoint.ask(update(item.element(), newer)).code == "NoError"
    assert endpoint.ask(update(item.element(), THERE, resolution=resolution)).code == code
    expected = "There" if code == "NoError" else "Here"
    assert told_of(endpoint, item.id, endpoint.site.organizer, "//t:Location") == expected


@pytest.mark.page("updateitem")
@pytest.mark.parametrize("resolution", ["NeverOverwrite", "AutoResolve", "AlwaysOverwrite"])
def test_a_current_change_is_taken_in_every_mode(endpoint: Endpoint, book: Book, resolution: str) -> None:
    item = book()
    assert endpoint.ask(update(item.element(), THERE, resolution=resolution)).code == "NoError"
    assert told_of(endpoint, item.id, endpoint.site.organizer, "//t:Location") == "There"


CLEARED = '<t:DeleteItemField><t:FieldURI FieldURI="{}"/></t:DeleteItemField>'


@pytest.mark.parametrize(
    ("change", "body", "location"),
    [
        pytest.param(
            set_field("item:Body", BODY.format("two")),
            "two", "Here", marks=pytest.mark.page("setitemfield"), id="Set",
        ),
        pytest.param(
            set_field("item:Body", BODY.format(" two")).replace("SetItemField", "AppendToItemField"),
            "one two", "Here", marks=pytest.mark.page("appendtoitemfield"), id="Append",
        ),
        pytest.param(
            CLEARED.format("calendar:Location"), "one", "", marks=pytest.mark.page("deleteitemfield"), id="Delete"
        ),
        pytest.param(
            set_field("item:Body", BODY.format(" two")).replace("SetItemField", "AppendToItemField")
            + CLEARED.format("calendar:Location"),
            "one two", "", marks=pytest.mark.page("updates-item"), id="several",
        ),
    ],
)  # fmt: skip
def test_a_field_is_set_appended_to_or_deleted(
    endpoint: Endpoint, book: Book, change: str, body: str, location: str
) -> None:
    placed = "<t:Location>Here</t:Location>"
    item = book(next_tuesday() + HOUR, before_start=BODY.format("one"), before_people=placed)
    assert endpoint.ask(update(item.element(), change)).code == "NoError"
    as_text = "</t:BaseShape><t:BodyType>Text</t:BodyType>"
    seen = endpoint.ask(get(f'<t:ItemId Id="{item.id}"/>').replace("</t:BaseShape>", as_text))
    assert " ".join(seen.text("//t:Body").split()) == body
    assert "".join(seen.texts("//m:Items/t:CalendarItem/t:Location")) == location


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(
    "request_",
    [
        update('<t:ItemId Id="x" ChangeKey="y"/>', THERE, resolution="SometimesOverwrite"),
        update('<t:ItemId Id="x" ChangeKey="y"/>', THERE, mode="SendToSome"),
        delete('<t:ItemId Id="x"/>', "SoftHardDelete"),
        delete('<t:ItemId Id="x"/>', mode="SendToSome"),
        create(calendar_item("x", next_tuesday()), "SendToSome"),
        respond("AcceptItem", '<t:ReferenceItemId Id="x" ChangeKey="y"/>', "SendLater"),
    ],
    ids=["conflict", "update", "delete-type", "delete", "create", "respond"],
)
def test_there_is_no_other_mode(endpoint: Endpoint, request_: str) -> None:
    assert endpoint.ask(request_).code == "ErrorSchemaValidation"


@pytest.mark.page("deletetype")
def test_what_was_softly_deleted_can_be_deleted_again(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Twice")
    assert endpoint.ask(delete(book(subject=subject).element(), "SoftDelete")).code == "NoError"
    (there,) = endpoint.ask(find(equals("item:Subject", subject), folder=DISCARDED, shape=ID_ONLY)).all("//t:ItemId")
    assert endpoint.ask(delete(f'<t:ItemId Id="{there.get("Id")}"/>')).code == "NoError"
    for place in (CALENDAR, DISCARDED):
        assert endpoint.ask(find(equals("item:Subject", subject), folder=place)).all("//t:ItemId") == []
