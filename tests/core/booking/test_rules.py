from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.booking.people_and_remote import AS_NOBODY, AS_SYSTEM, AS_ZHANGSAN, booking
from core.store.samples import (
    ATTIC,
    EMMA,
    GUANGHAN,
    HOUR,
    LISI,
    MINUTE,
    NINE,
    OFFICE,
    ROOMS,
    SHUIJING,
    TEN,
    ZHANGSAN,
    content,
    event,
)
from roomd_core.access import Caller
from roomd_core.api.wire import Booking, EventPatch, Invitee
from roomd_core.booking.rules import amend, draft
from roomd_core.booking.spans import LATE_START, LONGEST
from roomd_core.booking.text import LONGEST_LINE, utf16_length
from roomd_core.errors import Invalid, NotAllowed, NotFound, Refused
from roomd_core.model import Attendee, Content, Role, Sensitivity

NOW = NINE - HOUR


def drafted(asked: Booking, caller: Caller = AS_ZHANGSAN, now: datetime = NOW) -> Content:
    return draft(asked, caller, OFFICE, now).content


def amended(before: Content, **fields: Any) -> Content:
    return amend(event(content=before), EventPatch(**fields), OFFICE, NOW)


def test_a_plain_booking_is_stored_as_asked() -> None:
    asked = booking(title="  Plans ", zone="Asia/Shanghai", location=" 2F ", body="a\nb", private=True)
    assert drafted(asked) == Content(
        title="Plans", start=NINE, end=TEN, zone="Asia/Shanghai", location="2F", body="a\nb",
        sensitivity=Sensitivity.PRIVATE, rooms=(GUANGHAN,),
    )  # fmt: skip


def test_times_are_kept_in_utc_and_in_whole_seconds() -> None:
    shanghai = timezone(8 * HOUR)
    start = datetime(2026, 12, 1, 17, 0, 0, 999_999, tzinfo=shanghai)
    assert drafted(booking(start=start)).start == NINE
    assert drafted(booking(start=start)).start.tzinfo is UTC


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"end": NINE}, "end", "must be after start"),
        ({"end": NINE - MINUTE}, "end", "must be after start"),
        ({"end": NINE + LONGEST + MINUTE}, "end", "1825 days"),
        ({"start": NINE.replace(tzinfo=None)}, "start", "has no offset"),
        ({"end": TEN.replace(tzinfo=None)}, "end", "has no offset"),
        ({"start": NOW - LATE_START - MINUTE}, "start", "in the past"),
        ({"start": datetime.min.replace(tzinfo=timezone(HOUR))}, "start", "before the end of 4500"),
        ({"end": datetime.max.replace(tzinfo=timezone(-HOUR))}, "end", "before the end of 4500"),
        ({"zone": "Middle/Earth"}, "zone", "'Middle/Earth' is no time zone"),
        ({"zone": "../../etc/passwd"}, "zone", "no time zone"),
        ({"zone": "America"}, "zone", "no time zone"),
        ({"zone": ""}, "zone", "no time zone"),
        ({"zone": "a\0b"}, "zone", "no time zone"),
        ({"title": " \t "}, "title", "is blank"),
        ({"title": "🎉" * 300}, "title", "is 600 units long and Exchange holds 255"),
        ({"title": "a" * 256}, "title", "is 256 units long"),
        ({"title": "a\nb"}, "title", "must be one line"),
        ({"title": "a\x00b"}, "title", r"character U\+0000"),
        ({"location": "x" * 256}, "location", "is 256 units long"),
        ({"body": "bell \x07"}, "body", r"character U\+0007"),
        ({"rooms": ()}, "rooms", "name at least one room"),
        ({"attendees": (Invitee(address="Li Si"),)}, "attendees", "'Li Si' is no address"),
        ({"attendees": (Invitee(address="a@b@c"),)}, "attendees", "is no address"),
        ({"attendees": (Invitee(address=SHUIJING),)}, "attendees", "is a room; name it in rooms"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        drafted(booking(**fields))
    assert refused.value.field == field


def test_the_slot_that_has_just_begun_can_be_booked() -> None:
    assert drafted(booking(), now=NINE + LATE_START).start == NINE
    with pytest.raises(Invalid, match="began 30 minutes ago"):
        drafted(booking(), now=NINE + LATE_START + MINUTE)


def test_a_title_may_be_as_long_as_exchange_holds() -> None:
    assert drafted(booking(title="a" * LONGEST_LINE)).title == "a" * LONGEST_LINE
    assert drafted(booking(title="🎉" * 127)).title == "🎉" * 127


@settings(deadline=None)
@given(st.text())
def test_a_title_is_stored_without_the_blanks_around_it_or_refused(title: str) -> None:
    try:
        stored = drafted(booking(title=title)).title
    except Invalid:
        return
    assert stored == title.strip() != ""
    assert utf16_length(stored) <= LONGEST_LINE
    assert "\n" not in stored


@settings(deadline=None)
@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_any_two_instants_are_booked_in_order_or_refused(start: datetime, end: datetime) -> None:
    try:
        stored = drafted(booking(start=start, end=end))
    except Invalid:
        return
    assert NOW - LATE_START <= stored.start < stored.end <= stored.start + LONGEST


@pytest.mark.parametrize("name", ["2楼广寒宫", GUANGHAN, "  GUANGHAN@Example.com "])
def test_a_room_is_known_by_name_and_by_address(name: str) -> None:
    assert drafted(booking(rooms=(name,))).rooms == (GUANGHAN,)


def test_a_room_named_twice_is_booked_once_and_rooms_are_sorted() -> None:
    assert drafted(booking(rooms=("2楼广寒宫", "attic", GUANGHAN))).rooms == (ATTIC, GUANGHAN)


def test_an_unknown_room_is_answered_with_those_near_it() -> None:
    with pytest.raises(NotFound, match=r"no room '2楼广寒官'. Near it: 2楼广寒宫"):
        drafted(booking(rooms=("2楼广寒官",)))
    with pytest.raises(NotFound, match="Near it: Attic"):
        drafted(booking(rooms=("atic",)))
    with pytest.raises(NotFound, match="Among the 3 rooms are: 2楼广寒宫, 3楼水晶宫, Attic"):
        drafted(booking(rooms=("Zanzibar",)))


def test_a_person_is_no_room() -> None:
    with pytest.raises(NotFound):
        drafted(booking(rooms=(LISI,)))


def test_a_name_that_two_rooms_bear_has_to_be_told_apart() -> None:
    twins = [*OFFICE, replace(ROOMS[2], address="attic2@example.com")]
    with pytest.raises(Invalid, match=r"2 rooms; .* attic@example.com or attic2@example.com"):
        draft(booking(rooms=("Attic",)), AS_ZHANGSAN, twins, NOW)


def test_the_organizer_is_the_caller_or_somebody_they_may_act_for() -> None:
    assert draft(booking(), AS_ZHANGSAN, OFFICE, NOW).organizer.address == ZHANGSAN
    assert draft(booking(organizer="LiSi@Example.com"), AS_SYSTEM, OFFICE, NOW).organizer.address == LISI
    with pytest.raises(NotAllowed, match="may not book in that name"):
        drafted(booking(organizer=LISI))
    with pytest.raises(NotFound, match=r"no person boss@example.com"):
        drafted(booking(organizer="boss@example.com"), AS_SYSTEM)
    with pytest.raises(NotFound):
        drafted(booking(organizer=GUANGHAN), AS_SYSTEM)
    with pytest.raises(Invalid, match="organizer: unix:guest stands for no person"):
        drafted(booking(), AS_NOBODY)


def test_attendees_are_sorted_each_once_and_without_the_organizer() -> None:
    invited = (
        Invitee(address=LISI),
        Invitee(address=EMMA, role=Role.OPTIONAL),
        Invitee(address="LISI@example.com", role=Role.OPTIONAL),
        Invitee(address=ZHANGSAN),
    )
    expected = (Attendee(address=EMMA, role=Role.OPTIONAL), Attendee(address=LISI))
    assert drafted(booking(attendees=invited)).attendees == expected


def test_a_change_touches_only_what_it_names() -> None:
    before = content(location="2F", body="agenda", attendees=(Attendee(address=LISI),), zone="Asia/Shanghai")
    assert amended(before) == before
    assert amended(before, title=" Other ") == replace(before, title="Other")
    assert amended(before, location="", body="") == replace(before, location="", body="")
    assert amended(before, rooms=("Attic", SHUIJING)).rooms == (ATTIC, SHUIJING)
    assert amended(before, rooms=()).rooms == ()
    assert amended(before, attendees=()) == replace(before, attendees=())
    assert amended(before, start=NINE + MINUTE, end=TEN + MINUTE, zone="UTC") == replace(
        before, start=NINE + MINUTE, end=TEN + MINUTE, zone="UTC"
    )


def test_a_change_is_held_to_the_same_rules() -> None:
    for fields in ({"title": ""}, {"end": NINE}, {"start": TEN}, {"zone": "x/y"}, {"rooms": ("Nowhere",)}):
        with pytest.raises(Refused):
            amended(content(), **fields)


def test_a_meeting_that_has_begun_can_be_made_longer_and_not_moved_into_the_past() -> None:
    past = content(start=NOW - 3 * HOUR, end=NOW)
    assert amended(past, start=past.start, end=NOW + HOUR).end == NOW + HOUR
    with pytest.raises(Invalid, match="in the past"):
        amended(past, start=past.start - MINUTE)


def test_a_meeting_of_whole_days_that_gets_hours_is_one_no_longer() -> None:
    days = content(start=NINE.replace(hour=0), end=NINE.replace(hour=0) + timedelta(days=1), all_day=True)
    assert amended(days, title="Fair").all_day
    assert not amended(days, start=NINE, end=TEN).all_day


def test_making_private_leaves_what_is_confidential_as_it_is() -> None:
    confidential = content(sensitivity=Sensitivity.CONFIDENTIAL)
    assert amended(confidential, private=True) == confidential
    assert amended(confidential, private=False).sensitivity is Sensitivity.NORMAL
    assert amended(content(), private=True).sensitivity is Sensitivity.PRIVATE
