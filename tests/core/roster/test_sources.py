from hypothesis import given
from hypothesis import strategies as st

from roomd_core.model import CONFIGURATION, Mailbox, MailboxKind, Place
from roomd_core.roster import RoomSource
from roomd_core.roster.sources import beginning_of, compose, fitting

MOON = Place(address="moon@example.com", name="Moon")
ALL = RoomSource(room_list="All rooms", features=("screen",))
BY_NAME = RoomSource(pattern="*@example.com")


def person(address: str, source: str = CONFIGURATION) -> Mailbox:
    return Mailbox(address=address, kind=MailboxKind.PERSON, name=address, source=source)


def test_a_room_of_a_list_has_what_the_list_says_of_all_its_rooms() -> None:
    [room] = compose([], [ALL], {ALL.name: [MOON]}, [])
    assert (room.kind, room.name, room.features, room.source) == (
        MailboxKind.ROOM, "Moon", ("screen",), "list All rooms",
    )  # fmt: skip


def test_what_is_named_one_by_one_goes_before_a_list_and_a_list_before_the_api() -> None:
    named = Mailbox(address=MOON.address, kind=MailboxKind.ROOM, name="2楼广寒宫", capacity=8)
    listed = {ALL.name: [MOON], BY_NAME.name: [MOON]}
    assert compose([named], [ALL, BY_NAME], listed, [person(MOON.address, "api")]) == [named]
    assert [room.source for room in compose([], [ALL, BY_NAME], listed, [])] == ["list All rooms"]


def test_a_list_that_left_the_configuration_gives_no_rooms() -> None:
    assert compose([], [], {ALL.name: [MOON]}, []) == []


def test_rooms_come_first_whoever_named_them() -> None:
    shown = compose([person("a@example.com")], [ALL], {ALL.name: [MOON]}, [person("b@example.com", "api")])
    assert [each.address for each in shown] == ["moon@example.com", "a@example.com", "b@example.com"]


NAMES = st.text("ab-1", max_size=6)


@given(pattern=st.lists(st.sampled_from(["a", "b", "-", "*", "?"]), max_size=6).map("".join), names=st.lists(NAMES))
def test_whatever_fits_begins_with_what_the_address_book_is_asked_for(pattern: str, names: list[str]) -> None:
    places = [Place(address=f"{name}@example.com", name=name) for name in names]
    found = fitting(f"{pattern}@example.com", places)
    assert all(address.startswith(beginning_of(f"{pattern}@example.com")) for address in found)


def test_a_pattern_fits_as_people_expect() -> None:
    places = [Place(address=f"{name}@example.com", name=name) for name in ("room-501", "room-5011", "xroom-501")]
    assert list(fitting("room-*@example.com", places)) == ["room-501@example.com", "room-5011@example.com"]
    assert list(fitting("room-50?@example.com", places)) == ["room-501@example.com"]
