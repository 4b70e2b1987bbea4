from datetime import UTC, datetime

import pytest

from daemon.exchange.sample_answers import GUESTS_COPY, GUESTS_COPY_IN_FULL, element
from roomd_core.model import Answer, Attendee, ItemKind, ItemRef, Response, Role, Sensitivity, ShowAs
from roomd_core.sync.remote import Detail, RemoteItem
from roomd_daemon.exchange.item import read_item
from roomd_daemon.exchange.soap import Malformed
from roomd_daemon.exchange.values import read_instant

ROOMS = frozenset({"guanghan@example.com"})


def read(xml: str, *, in_full: bool = False) -> RemoteItem:
    return read_item(element(xml), ROOMS, in_full=in_full)


def test_every_property_of_a_guests_copy_is_read() -> None:
    assert read(GUESTS_COPY) == RemoteItem(
        ref=ItemRef(item_id="AAMk+a/1=", change_key="DwAA"),
        kind=ItemKind.SINGLE,
        uid="0193@roomd",
        global_id=b"\x04\x00\x00\x00\x82\x00\xe0\x00",
        own_key="0193-key",
        organizer="zhang.san@example.com",
        organizer_name="Zhang San",
        is_organizer=False,
        is_meeting=True,
        is_cancelled=False,
        answer=Answer.ACCEPTED,
        title="Budget & plans",
        start=datetime(2026, 12, 1, 6, tzinfo=UTC),
        end=datetime(2026, 12, 1, 7, 30, tzinfo=UTC),
        zone="Asia/Shanghai",
        all_day=False,
        location="2楼广寒宫",
        sensitivity=Sensitivity.PRIVATE,
        show_as=ShowAs.AWAY,
        reminder=15,
        categories=("Red", "Team"),
        modified_at=datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC),
    )


def test_a_room_is_a_room_by_its_address_whatever_it_was_invited_as() -> None:
    assert read(GUESTS_COPY_IN_FULL, in_full=True).detail == Detail(
        body="Agenda: 1.",
        attendees=(
            Attendee(address="li.si@example.com", role=Role.REQUIRED),
            Attendee(address="wang.wu@example.com", role=Role.OPTIONAL),
        ),
        rooms=("guanghan@example.com", "projector@example.com"),
        responses=(
            Response(address="li.si@example.com", answer=Answer.ACCEPTED, at=datetime(2026, 11, 21, 9, tzinfo=UTC)),
            Response(address="guanghan@example.com", answer=Answer.DECLINED),
            Response(address="wang.wu@example.com", answer=Answer.NONE),
            Response(address="projector@example.com", answer=Answer.NONE),
        ),
    )


def test_the_organizer_listed_among_the_attendees_is_not_one_of_them() -> None:
    detail = read(GUESTS_COPY_IN_FULL, in_full=True).detail

    assert detail is not None
    assert "zhang.san@example.com" not in {person.address for person in detail.attendees}


def test_without_the_extended_property_the_organizers_address_is_unknown_not_guessed() -> None:
    item = read(GUESTS_COPY.replace("0x5D02", "0x0042"))

    assert (item.organizer, item.organizer_name) == ("", "Zhang San")


def test_an_organizer_known_by_a_directory_name_only_has_no_address() -> None:
    named = "<t:Name>Zhang San</t:Name><t:EmailAddress>/O=EX/CN=zhang</t:EmailAddress>"

    assert read(GUESTS_COPY.replace("0x5D02", "0x0042").replace("<t:Name>Zhang San</t:Name>", named)).organizer == ""


def test_an_appointment_without_guests_is_its_owners() -> None:
    item = read(GUESTS_COPY.replace("IsMeeting>true", "IsMeeting>false").replace(">Accept<", ">Unknown<"))

    assert item.is_organizer
    assert item.answer is Answer.NONE


def test_a_reminder_that_is_off_is_no_reminder() -> None:
    assert read(GUESTS_COPY.replace("ReminderIsSet>true", "ReminderIsSet>false")).reminder is None


def test_a_zone_that_nobody_can_name_counts_as_utc() -> None:
    custom = GUESTS_COPY.replace("China Standard Time", "tzone://Microsoft/Custom").replace("(UTC+08:00) ", "")

    assert read(custom).zone == "UTC"


def test_an_item_without_a_start_is_not_believed() -> None:
    with pytest.raises(Malformed, match="no Start"):
        read(GUESTS_COPY.replace("<t:Start>2026-12-01T06:00:00Z</t:Start>", ""))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T06:00:00Z", datetime(2026, 12, 1, 6, tzinfo=UTC)),
        ("2026-12-01T14:00:00+08:00", datetime(2026, 12, 1, 6, tzinfo=UTC)),
        ("2026-12-01T06:00:00", datetime(2026, 12, 1, 6, tzinfo=UTC)),
        ("2026-12-01T06:00:00.123456789Z", datetime(2026, 12, 1, 6, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_with_an_offset_a_z_nothing_or_nine_digits(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


def test_what_is_no_time_is_not_believed() -> None:
    with pytest.raises(Malformed):
        read_instant("tomorrow")
