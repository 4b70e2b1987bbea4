"""Who answers for a room, as its own setting says: read over the wire, kept in a real store."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.exchange.hand_clock import HandClock
from daemon.exchange.watched_lab import WatchedLab
from daemon.lab_daemon import a_person, lab_daemon, until
from daemon.live_daemon import TOMORROW
from roomd_core.api.wire import Booking
from roomd_core.model import Answer, KnownBy, Mailbox, MailboxKind, RoomAnswer, answering
from roomd_core.store import Store
from roomd_core.sync.automation import AGAIN_AFTER, MOST_AT_ONCE, AutomationReader
from roomd_core.sync.remote import ExchangeUnavailable
from roomd_daemon.exchange import Exchange
from roomd_lab import Automation, LabAddress, RoomPolicy

MOON = "guanghan@example.com"


def a_room(address: str, answers: RoomAnswer = RoomAnswer.AUTO) -> Mailbox:
    return Mailbox(address=address, kind=MailboxKind.ROOM, name=address, answers=answers)


class Readings:
    """A reader on the lab, its store, and a clock that is moved by hand."""

    def __init__(self, lab: WatchedLab, exchange: Exchange, store: Store, clock: HandClock) -> None:
        self.lab, self.store, self.clock = lab, store, clock
        self.reader = AutomationReader(store, exchange, clock)
        self.rooms = [a_room(address) for address in lab.company.rooms()[:2]]

    async def look(self) -> int:
        """Look, and return how many rooms were asked."""
        before = self.lab.count("GetUserConfiguration")
        await self.reader.look()
        return self.lab.count("GetUserConfiguration") - before

    async def of(self, room: Mailbox) -> tuple[RoomAnswer, KnownBy, str]:
        async with self.store.read() as tables:
            found = answering(room, await tables.room_answers.get(room.address))
        return found.who, found.known_by, found.note

    def set(self, room: Mailbox, automation: Automation) -> None:
        self.lab.company.directory.set_room_policy(room.address, RoomPolicy(automation=automation))


@pytest.fixture
async def readings(lab: WatchedLab, exchange: Exchange, tmp_path: Path) -> AsyncIterator[Readings]:
    clock = HandClock()
    store = await Store.open(tmp_path / "roomd.db", clock=clock)
    found = Readings(lab, exchange, store, clock)
    async with store.write() as tables:
        await tables.mailboxes.configure(found.rooms)
    yield found
    await store.close()


@pytest.mark.parametrize(
    ("automation", "who"),
    [
        (Automation.AUTO_ACCEPT, RoomAnswer.EXCHANGE),
        (Automation.AUTO_UPDATE, RoomAnswer.ROOMD),
        (Automation.NONE, RoomAnswer.ROOMD),
    ],
)
async def test_the_rooms_own_setting_says_who_answers(
    readings: Readings, automation: Automation, who: RoomAnswer
) -> None:
    readings.set(readings.rooms[0], automation)
    await readings.look()
    assert await readings.of(readings.rooms[0]) == (who, KnownBy.READ, "")


async def test_a_setting_is_read_again_after_a_day_and_not_before(readings: Readings) -> None:
    assert await readings.look() == 2
    readings.set(readings.rooms[0], Automation.NONE)
    assert await readings.look() == 0
    readings.clock.pass_seconds(AGAIN_AFTER.total_seconds())
    assert await readings.look() == 2
    assert (await readings.of(readings.rooms[0]))[0] is RoomAnswer.ROOMD


async def test_a_room_whose_setting_cannot_be_read_says_why_and_the_others_are_read(readings: Readings) -> None:
    readings.lab.faults.add("soap-fault", operation="GetUserConfiguration", code="ErrorItemNotFound")
    await readings.look()
    who, known_by, note = await readings.of(readings.rooms[0])
    assert (who, known_by) == (RoomAnswer.AUTO, KnownBy.UNKNOWN)
    assert "not there" in note
    assert (await readings.of(readings.rooms[1]))[1] is KnownBy.READ
    async with readings.store.write() as tables:
        await tables.room_answers.learn(readings.rooms[0].address, RoomAnswer.EXCHANGE)
    assert (await readings.of(readings.rooms[0]))[:2] == (RoomAnswer.EXCHANGE, KnownBy.LEARNED)


async def test_what_a_setting_said_holds_while_it_cannot_be_read(readings: Readings) -> None:
    await readings.look()
    readings.clock.pass_seconds(AGAIN_AFTER.total_seconds())
    readings.lab.faults.add("soap-fault", operation="GetUserConfiguration", code="ErrorAccessDenied", times=2)
    await readings.look()
    who, known_by, note = await readings.of(readings.rooms[0])
    assert (who, known_by) == (RoomAnswer.EXCHANGE, KnownBy.READ)
    assert "may not open" in note


async def test_an_exchange_that_is_away_teaches_nothing_and_is_asked_again(readings: Readings) -> None:
    readings.lab.faults.add("http-403", operation="GetUserConfiguration")
    with pytest.raises(ExchangeUnavailable):
        await readings.look()
    assert await readings.look() == 2


async def test_a_room_whose_answerer_is_configured_is_not_asked(readings: Readings) -> None:
    room = a_room(readings.rooms[0].address, RoomAnswer.ROOMD)
    async with readings.store.write() as tables:
        await tables.mailboxes.configure([room])
    assert await readings.look() == 0
    assert await readings.of(room) == (RoomAnswer.ROOMD, KnownBy.CONFIGURED, "")


async def test_a_thousand_rooms_are_asked_little_by_little(readings: Readings) -> None:
    nobody = [a_room(f"nobody-{number}@example.com") for number in range(MOST_AT_ONCE + 1)]
    async with readings.store.write() as tables:
        await tables.mailboxes.configure(nobody)
    assert [await readings.look(), await readings.look(), await readings.look()] == [MOST_AT_ONCE, 1, 0]


async def test_roomd_answers_at_once_for_a_room_without_an_attendant(
    tmp_path: Path, lab: WatchedLab, address: LabAddress
) -> None:
    """The daemon waits half an hour for an attendant, but the room's setting says that there is none."""
    lab.company.directory.set_room_policy(MOON, RoomPolicy(automation=Automation.AUTO_UPDATE))
    more = f'[[room]]\naddress = "{MOON}"\n{a_person("zhangsan")}[sync]\nroom_grace = "30m"\n'
    async with lab_daemon(tmp_path, lab, address, more) as client:

        async def is_read() -> bool:
            found = (await client.rooms()).mailboxes[0].answering
            return found is not None and found.known_by is KnownBy.READ

        await until(is_read)
        booking = Booking(rooms=(MOON,), start=TOMORROW, end=TOMORROW + timedelta(hours=1), title="Plans")
        booked = await client.book(booking, wait=True)

        async def is_accepted() -> bool:
            return (await client.event(booked.id)).rooms[0].answer is Answer.ACCEPTED

        await until(is_accepted)
