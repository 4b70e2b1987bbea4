"""What is sent to change something, read back from the XML."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from roomd_core.model import Answer, Attendee, Content, ItemRef, Role, Sensitivity, ShowAs
from roomd_core.sync.remote import Mail
from roomd_daemon.exchange import ExchangeSettings, Secret, writes
from roomd_daemon.exchange.connections import Connections, Principal
from roomd_daemon.exchange.soap import TYPES, Element

REF = ItemRef(item_id="AAMk=", change_key="DwAA")
PLANS = Content(
    title="Plans <draft>",
    start=datetime(2026, 12, 1, 6, tzinfo=UTC),
    end=datetime(2026, 12, 1, 7, tzinfo=UTC),
    zone="Asia/Shanghai",
    location="2楼广寒宫",
    body="Agenda",
    sensitivity=Sensitivity.PRIVATE,
    show_as=ShowAs.AWAY,
    reminder=15,
    categories=("Red",),
    attendees=(Attendee(address="a@x.com"), Attendee(address="b@x.com", role=Role.OPTIONAL)),
    rooms=("room@x.com",),
)


@pytest.fixture
def principal() -> Principal:
    settings = ExchangeSettings(
        endpoint="https://mail.x.com/EWS/Exchange.asmx", username="X\\svc", password=Secret("not shown")
    )
    return Connections(settings).principal("boss@x.com")


def texts(element: Element, name: str) -> list[str | None]:
    return [found.text for found in element.iter(TYPES + name)]


def changed_fields(update: Any) -> list[str]:
    return [path.get("FieldURI") for path in update.iter(TYPES + "FieldURI")]


def test_a_created_item_carries_the_key_the_uid_and_the_wall_time_with_its_zone(principal: Principal) -> None:
    item = writes.create(principal, PLANS, key="0193-key", uid="0193@roomd", mail=Mail.EVERYBODY)

    assert item.get("SendMeetingInvitations") == "SendToAllAndSaveCopy"
    assert texts(item, "Value") == ["0193-key"]
    assert texts(item, "UID") == ["0193@roomd"]
    assert texts(item, "Start") == ["2026-12-01T14:00:00+08:00"]
    assert [zone.get("Id") for zone in item.iter(TYPES + "StartTimeZone")] == ["China Standard Time"]
    assert texts(item, "Subject") == ["Plans <draft>"]
    assert texts(item, "Sensitivity") == ["Private"]
    assert texts(item, "LegacyFreeBusyStatus") == ["OOF"]
    assert texts(item, "ReminderMinutesBeforeStart") == ["15"]


def test_rooms_are_invited_as_resources_and_people_by_their_role(principal: Principal) -> None:
    item = writes.create(principal, PLANS, key="k", uid="u", mail=Mail.EVERYBODY)
    invited = {
        role: texts(next(item.iter(TYPES + role)), "EmailAddress")
        for role in ("RequiredAttendees", "OptionalAttendees", "Resources")
    }

    assert invited == {
        "RequiredAttendees": ["a@x.com"],
        "OptionalAttendees": ["b@x.com"],
        "Resources": ["room@x.com"],
    }


def test_an_item_nobody_shall_be_mailed_about_is_sent_to_none(principal: Principal) -> None:
    item = writes.create(principal, PLANS, key="k", uid="u", mail=Mail.NOBODY)

    assert item.get("SendMeetingInvitations") == "SendToNone"


@pytest.mark.parametrize(
    ("after", "fields"),
    [
        (replace(PLANS, title="Other"), ["item:Subject"]),
        (replace(PLANS, body="Other"), ["item:Body"]),
        (replace(PLANS, location=""), ["calendar:Location"]),
        (replace(PLANS, sensitivity=Sensitivity.NORMAL), ["item:Sensitivity"]),
        (replace(PLANS, show_as=ShowAs.FREE), ["calendar:LegacyFreeBusyStatus"]),
        (replace(PLANS, categories=()), ["item:Categories"]),
        (replace(PLANS, rooms=()), ["calendar:Resources"]),
        (replace(PLANS, attendees=PLANS.attendees[:1]), ["calendar:OptionalAttendees"]),
        (replace(PLANS, reminder=None), ["item:ReminderIsSet", "item:ReminderMinutesBeforeStart"]),
        (replace(PLANS, all_day=True), ["calendar:IsAllDayEvent"]),
        (replace(PLANS, end=datetime(2026, 12, 1, 8, tzinfo=UTC)), ["calendar:End", "calendar:EndTimeZone"]),
    ],
)
def test_an_update_sets_what_differs_and_nothing_else(
    principal: Principal, after: Content, fields: list[str]
) -> None:
    assert changed_fields(writes.update(principal, REF, PLANS, after, mail=Mail.CHANGED)) == fields


def test_an_update_never_overwrites_and_mails_those_concerned(principal: Principal) -> None:
    update = writes.update(principal, REF, PLANS, replace(PLANS, title="Other"), mail=Mail.CHANGED)

    assert update is not None
    assert update.get("ConflictResolution") == "NeverOverwrite"
    assert update.get("SendMeetingInvitationsOrCancellations") == "SendToChangedAndSaveCopy"
    assert [(i.get("Id"), i.get("ChangeKey")) for i in update.iter(TYPES + "ItemId")] == [("AAMk=", "DwAA")]


def test_each_change_names_exactly_one_property(principal: Principal) -> None:
    moved = replace(PLANS, start=datetime(2026, 12, 1, 5, tzinfo=UTC), title="Other", rooms=())
    update = writes.update(principal, REF, PLANS, moved, mail=Mail.CHANGED)

    assert update is not None
    assert {len(item) for item in update.iter(TYPES + "CalendarItem")} == {1}


def test_without_a_difference_there_is_nothing_to_send(principal: Principal) -> None:
    assert writes.update(principal, REF, PLANS, PLANS, mail=Mail.CHANGED) is None


def test_two_names_of_one_windows_zone_are_no_difference(principal: Principal) -> None:
    berlin, zurich = replace(PLANS, zone="Europe/Berlin"), replace(PLANS, zone="Europe/Zurich")

    assert writes.update(principal, REF, berlin, zurich, mail=Mail.CHANGED) is None


def test_what_is_deleted_goes_to_deleted_items(principal: Principal) -> None:
    deletion = writes.delete(principal, REF, mail=Mail.NOBODY)

    assert (deletion.get("DeleteType"), deletion.get("SendMeetingCancellations")) == (
        "MoveToDeletedItems",
        "SendToNone",
    )


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (Answer.ACCEPTED, "AcceptItem"),
        (Answer.TENTATIVE, "TentativelyAcceptItem"),
        (Answer.DECLINED, "DeclineItem"),
    ],
)
def test_an_answer_refers_to_the_calendar_copy(principal: Principal, answer: Answer, name: str) -> None:
    reply = next(writes.respond(principal, REF, answer).iter(TYPES + name))

    assert [r.get("Id") for r in reply.iter(TYPES + "ReferenceItemId")] == ["AAMk="]


def test_a_zone_windows_has_no_name_for_keeps_the_instant(principal: Principal) -> None:
    item = writes.create(principal, replace(PLANS, zone="Etc/GMT+13"), key="k", uid="u", mail=Mail.NOBODY)

    assert texts(item, "Start") == ["2026-12-01T06:00:00Z"]
