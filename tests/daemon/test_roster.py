"""Rooms that Exchange lists and people made through the API: a whole daemon, against the lab."""

from datetime import timedelta
from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon, until
from daemon.live_daemon import TOMORROW
from roomd_core.api.client import Client, ProblemError
from roomd_core.api.params import TimelineQuery
from roomd_core.api.wire import Booking, Health, Person
from roomd_core.model import Mailbox, WatchMeans
from roomd_lab import Address, Lab, LabAddress, RoomList

LIST = '[[rooms]]\nlist = "all-rooms@example.com"\n'
ZHANG, LI, MOON = "zhangsan@example.com", "li.si@example.com", "guanghan@example.com"


def shrink(lab: Lab, *rooms: str) -> None:
    """Let the room list have these rooms."""
    name = Address(name="All rooms", smtp="all-rooms@example.com")
    lab.company.directory.room_lists["all-rooms@example.com"] = RoomList(address=name, rooms=rooms)


async def rooms_of(client: Client) -> dict[str, Mailbox]:
    return {each.mailbox.address: each.mailbox for each in (await client.rooms()).mailboxes}


async def warnings_of(client: Client) -> str:
    return "\n".join((await client.status()).warnings)


@pytest.mark.parametrize("more", [LIST, LIST.replace("all-rooms@example.com", "all ROOMS")])
async def test_the_rooms_of_a_list_are_read_watched_and_booked(
    tmp_path: Path, lab: Lab, address: LabAddress, more: str
) -> None:
    async with lab_daemon(tmp_path, lab, address, more + a_person("zhangsan")) as client:
        await client.sync(wait=True)
        rooms = await rooms_of(client)
        assert set(rooms) == set(lab.company.rooms())
        assert rooms[MOON].name == "2楼广寒宫"
        assert rooms[MOON].source == f"list {more.split(chr(34))[1]}"

        async def all_known() -> bool:
            found = (await client.rooms()).mailboxes
            return all(each.health is Health.OK and each.watch.means is WatchMeans.STREAMING for each in found)

        await until(all_known)
        booking = Booking(rooms=(MOON,), start=TOMORROW, end=TOMORROW + timedelta(hours=1), title="Plans")
        assert (await client.book(booking, wait=True)).rooms[0].address == MOON


async def test_a_room_that_is_added_to_a_list_is_read_without_a_restart(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    shrink(lab, MOON)
    new = lab.company.rooms()[1]
    lab.outlook.book(ZHANG, subject="Plans", start=TOMORROW, end=TOMORROW + timedelta(hours=1), rooms=[new])
    async with lab_daemon(tmp_path, lab, address, LIST) as client:

        async def listed() -> bool:
            return set(await rooms_of(client)) == {MOON}

        await until(listed)
        shrink(lab, MOON, new)
        await client.sync(wait=True)

        async def known() -> bool:
            asked = TimelineQuery(start=TOMORROW, end=TOMORROW + timedelta(hours=1), room=(new,))
            return bool((await client.timeline(asked)).rooms[0].occupancies)

        await until(known)


async def test_a_room_that_leaves_a_list_is_read_no_longer_and_comes_back_with_its_history(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    leaving, span = lab.company.rooms()[1], {"start": TOMORROW, "end": TOMORROW + timedelta(hours=1)}
    lab.outlook.book(ZHANG, subject="Plans", rooms=[leaving], **span)
    async with lab_daemon(tmp_path, lab, address, LIST) as client:

        async def known() -> bool:  # a sync asked for may join the run that starts before the list is read
            await client.sync(wait=True)
            held = await rooms_of(client)
            asked = TimelineQuery(room=(leaving,), **span)
            return leaving in held and bool((await client.timeline(asked)).rooms[0].occupancies)

        await until(known)
        [held] = (await client.timeline(TimelineQuery(room=(leaving,), **span))).rooms[0].occupancies
        shrink(lab, MOON)
        await client.sync(wait=True)
        assert set(await rooms_of(client)) == {MOON}
        assert (await client.event(held.event)).id == held.event
        shrink(lab, *lab.company.rooms())
        await client.sync(wait=True)
        assert set(await rooms_of(client)) == set(lab.company.rooms())
        assert (await client.timeline(TimelineQuery(room=(leaving,), **span))).rooms[0].occupancies == (held,)
        assert "room list" not in await warnings_of(client)


@pytest.mark.parametrize("trouble", ["empty", "gone", "busy"])
async def test_a_list_that_reads_empty_or_fails_unlists_nothing_and_is_said(
    tmp_path: Path, lab: Lab, address: LabAddress, trouble: str
) -> None:
    async with lab_daemon(tmp_path, lab, address, LIST) as client:
        await client.sync(wait=True)
        match trouble:
            case "empty":
                shrink(lab)
            case "gone":
                lab.company.directory.room_lists.clear()
            case _:
                lab.faults.add("http-500", operation="GetRooms", times=1000)
        await client.sync(wait=True)
        assert set(await rooms_of(client)) == set(lab.company.rooms())
        said = {"empty": "has no room in Exchange", "gone": "Exchange has no room list", "busy": "could not be read"}
        assert said[trouble] in await warnings_of(client)
    async with lab_daemon(tmp_path, lab, address, LIST) as client:
        assert set(await rooms_of(client)) == set(lab.company.rooms()), "known over a restart"


async def test_a_pattern_finds_rooms_in_lists_and_in_the_address_book(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    shrink(lab, MOON)
    others = {room for room in lab.company.rooms() if room != MOON}
    by_hand = next(iter(others))
    pattern = f'[[rooms]]\npattern = "gu*@example.com"\n[[rooms]]\npattern = "{by_hand.replace("@", "*@")}"\n'
    async with lab_daemon(tmp_path, lab, address, pattern + 'answers = "exchange"\n') as client:
        await client.sync(wait=True)
        rooms = await rooms_of(client)
        assert set(rooms) == {MOON, by_hand}
        assert rooms[by_hand].answers == "exchange"


async def test_a_person_made_through_the_api_is_read_books_and_survives_a_restart(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    people = lab.company.people()
    async with lab_daemon(tmp_path, lab, address, LIST) as client:
        made = await client.put_person(people[0].upper(), Person(name="Zhang"))
        assert (made.mailbox.address, made.mailbox.name, made.mailbox.source) == (people[0], "Zhang", "api")
        await client.sync(wait=True)
        when = {"start": TOMORROW, "end": TOMORROW + timedelta(hours=1)}
        booked = await client.book(Booking(rooms=(MOON,), title="Plans", organizer=people[0], **when), wait=True)
        assert booked.organizer == people[0]
    async with lab_daemon(tmp_path, lab, address, LIST) as client:
        assert [each.mailbox.address for each in (await client.people()).mailboxes] == [people[0]]
        await client.remove_person(people[0])
        assert (await client.people()).mailboxes == ()
        assert (await client.event(booked.id)).title == "Plans"


async def test_the_api_does_not_change_what_the_configuration_says(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with lab_daemon(tmp_path, lab, address, LIST + a_person("zhangsan")) as client:
        await client.sync(wait=True)
        for person, draft, why in (
            (ZHANG, Person(), "listed by the configuration"),
            (MOON, Person(), "listed by the list all-rooms@example.com as a room"),
            ("nobody", Person(), "is no address"),
        ):
            with pytest.raises(ProblemError, match=why):
                await client.put_person(person, draft)
        with pytest.raises(ProblemError, match="take it out there"):
            await client.remove_person(ZHANG)
        with pytest.raises(ProblemError, match="There is no person"):
            await client.remove_person(LI)


async def test_two_people_are_not_the_same_user_of_this_host(tmp_path: Path, lab: Lab, address: LabAddress) -> None:
    one, other = lab.company.people()[:2]
    async with lab_daemon(tmp_path, lab, address, LIST) as client:
        await client.put_person(one, Person(unix_user="somebody"))
        with pytest.raises(ProblemError, match=f"somebody books as {one}"):
            await client.put_person(other, Person(unix_user="somebody"))
