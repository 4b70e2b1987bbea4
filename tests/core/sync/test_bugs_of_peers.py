"""Bugs tools of this kind are known for, and that must not come here: each test is named by what goes wrong there.

Others of them are told where they belong: a single event turned into a series, a shifted series and a declined
occurrence in ``test_series_made_here``, an exception whose series moved in ``test_series_on_both_sides``.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from core.sync.house import LI, MOON, STRANGER, ZHANG, House, at, invite, meeting
from core.sync.test_push import once
from roomd_core.model import ConflictKind, EventStatus, OccupancyState
from roomd_core.sync.remote import OutcomeUnknown

WRITES = {"create", "update", "update_occurrence", "cancel", "cancel_occurrence", "respond"}


def writes(house: House) -> list[tuple[str, str]]:
    return [call for call in house.exchange.calls if call[0] in WRITES]


async def test_a_create_that_timed_out_after_it_was_applied_does_not_invite_twice(house: House) -> None:
    house.exchange.luck = once("create", "after", OutcomeUnknown("The answer did not come in time."))
    await house.book(invite(meeting(), LI))
    await house.settle()
    await house.restart()
    await house.settle()

    assert [len(house.exchange.copies(who)) for who in (ZHANG, LI, MOON)] == [1, 1, 1]
    assert [call for call, _ in house.exchange.calls].count("create") == 1
    assert await house.waiting() == 0


async def test_an_empty_side_after_a_refused_sync_state_wipes_nothing_and_deletes_asked_about_are_not_asked_again(
    house: House,
) -> None:
    for hour in (10, 12):
        house.exchange.meet(LI, meeting(f"Meeting {hour}", hour, hour + 1))
    await house.settle()
    house.exchange.calendars[LI].copies.clear()
    house.exchange.forget_sync_states(LI)
    for _ in range(3):
        await house.settle()
        await house.restart()

    assert [each.kind for each in await house.conflicts()] == [ConflictKind.MASS_DELETE]
    assert len(await house.occupancies(LI)) == 2
    assert len(house.exchange.copies(MOON)) == 2
    assert writes(house) == []


async def test_updating_a_meeting_of_another_zone_does_not_shift_it(house: House) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = (datetime(2026, 12, 1, hour, tzinfo=berlin).astimezone(UTC) for hour in (9, 10))
    event = await house.book(replace(meeting(), zone=berlin.key, start=start, end=end))
    await house.settle()
    await house.change(event, title="Here renamed")
    await house.settle()
    [copy] = house.exchange.copies(ZHANG)
    house.exchange.edit(copy, body="And changed in Outlook")
    await house.settle()

    for content in (copy.content, (await house.event(event)).content):
        assert (content.title, content.zone, content.start, content.end) == ("Here renamed", berlin.key, start, end)
        assert content.start.astimezone(berlin).hour == 9


async def test_a_first_sync_sends_no_invitations_for_what_was_there_already(house: House) -> None:
    house.exchange.meet(ZHANG, invite(meeting("Old"), LI))
    house.exchange.meet(STRANGER, invite(meeting("From elsewhere", 14, 15), LI))
    before = list(house.exchange.mails)
    await house.settle()
    await house.restart()
    await house.settle()

    assert len(await house.occupancies(MOON)) == 2
    assert house.exchange.mails == before
    assert writes(house) == []


async def test_an_attendees_copy_does_not_take_the_meeting_over(house: House) -> None:
    event = await house.book(invite(meeting(), LI))
    await house.settle()
    await house.change(event, title="Renamed", start=at(12), end=at(13))
    await house.settle()
    assert house.exchange.copies(LI)[0].content.title == "Renamed"
    await house.cancel(event)
    await house.settle()

    assert {whose for _, whose in writes(house)} == {ZHANG}
    assert (await house.event(event)).status is EventStatus.CANCELLED
    assert OccupancyState.ACCEPTED not in (await house.states(event)).values()
