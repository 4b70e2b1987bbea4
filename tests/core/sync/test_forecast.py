"""What a plan says, case by case. Whether it comes true is tested over the wire."""

from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, STRANGER, ZHANG, House, at, invite, meeting
from core.sync.simulated_exchange import good_luck
from roomd_core.model import Content, WriteKind
from roomd_core.occurrences import bare
from roomd_core.recurrence import Daily, ModifiedOccurrence, Numbered, Recurrence, Series
from roomd_core.sync.forecast import IN_DOUBT
from roomd_core.sync.recipients import recipients
from roomd_core.sync.remote import Mail, OutcomeUnknown, Rejected, RemoteError, RetryLater


def lost_and_not_found(_number: int, when: str, call: str, _mailbox: str) -> RemoteError | None:
    if (when, call) == ("after", "create"):
        return OutcomeUnknown("the answer was lost")
    return RetryLater("Exchange is busy") if call == "changes" else None


async def test_a_write_whose_answer_was_lost_is_told_as_one_that_may_be_needless(house: House) -> None:
    event = await house.book(meeting())
    house.exchange.luck = lost_and_not_found
    await house.engine.push_due()
    [write] = await house.engine.plan()
    assert (write.event, write.kind, write.unless) == (event, WriteKind.CREATE, IN_DOUBT)
    house.exchange.luck = good_luck
    await house.settle()
    assert await house.engine.plan() == []
    assert [mail for mail in house.exchange.mails if mail[0] == "request"] == [("request", ZHANG, MOON)]


async def test_what_exchange_asked_to_wait_with_says_until_when_and_why(house: House) -> None:
    await house.book(meeting())
    house.exchange.luck = lambda _number, when, call, _mailbox: (
        RetryLater("Exchange is busy") if (when, call) == ("before", "create") else None
    )
    await house.engine.push_due()
    [write] = await house.engine.plan()
    assert write.not_before is not None
    assert write.not_before > house.clock.now()
    assert write.waiting == "Exchange is busy"


async def test_what_exchange_refused_for_good_is_no_part_of_a_plan(house: House) -> None:
    await house.book(meeting())
    house.exchange.luck = lambda _number, when, call, _mailbox: (
        Rejected("the quota is exceeded") if (when, call) == ("before", "create") else None
    )
    await house.engine.push_due()
    assert await house.engine.plan() == []


async def test_several_events_are_told_in_the_order_they_were_asked_for(house: House) -> None:
    first = await house.book(meeting("First"))
    second = await house.book(meeting("Second", 12, 13), organizer=LI)
    assert [(write.event, write.mailbox) for write in await house.engine.plan()] == [(first, ZHANG), (second, LI)]


async def test_a_room_that_roomd_answers_for_is_told_with_what_it_will_say(unattended: House) -> None:
    event = await unattended.book(meeting())
    [create, answer] = await unattended.engine.plan()
    assert (create.kind, answer.kind) == (WriteKind.CREATE, WriteKind.ACCEPT)
    assert (answer.event, answer.mailbox, answer.mails) == (event, MOON, (ZHANG,))
    unattended.exchange.meet(MOON, meeting("Painters", 9, 12, rooms=[]))
    await unattended.engine.refresh([MOON])
    assert [write.kind for write in await unattended.engine.plan()] == [WriteKind.CREATE, WriteKind.DECLINE]


async def test_a_cancelled_booking_that_never_left_needs_no_write(house: House) -> None:
    event = await house.book(meeting())
    await house.cancel(event)
    assert await house.engine.plan() == []


MEETING = invite(meeting(), LI)


def whom(before: Content | None, after: Content | None, mail: Mail = Mail.CHANGED) -> set[str]:
    return set(recipients(mail, before, after))


def test_who_is_mailed_depends_on_what_changes() -> None:
    moved = invite(meeting(start=12, end=13), LI)
    assert whom(MEETING, moved) == {LI, MOON}
    assert whom(MEETING, invite(meeting(), LI, STRANGER)) == {STRANGER}
    assert whom(MEETING, meeting()) == {LI}
    assert whom(MEETING, invite(meeting(rooms=[LAKE]), LI)) == {LAKE, MOON}
    assert whom(moved, invite(meeting(), STRANGER)) == {LI, MOON, STRANGER}
    assert whom(MEETING, MEETING) == set()
    assert whom(MEETING, MEETING, Mail.EVERYBODY) == {LI, MOON}
    assert whom(MEETING, moved, Mail.NOBODY) == set()
    assert whom(None, MEETING) == whom(MEETING, None) == {LI, MOON}


def test_what_only_the_organizer_sees_mails_nobody() -> None:
    assert whom(MEETING, replace(MEETING, reminder=10, categories=("red",))) == set()
    assert whom(MEETING, replace(MEETING, reminder=10, end=at(12))) == {LI, MOON}


def test_a_room_that_one_occurrence_alone_has_hears_of_what_reads_differently_there() -> None:
    rule = Recurrence(pattern=Daily(), first=at(10).date(), range=Numbered(count=3))
    second = at(10, day=1)
    lake = ModifiedOccurrence(original_start=second, start=second, end=at(11, day=1), rooms=(LAKE, MOON))
    weekly = replace(meeting(), series=Series(recurrence=rule, modified=(lake,)))
    series = weekly.series
    assert series is not None

    assert whom(weekly, replace(weekly, title="Other")) == {MOON, LAKE}
    assert whom(weekly, replace(weekly, reminder=10)) == set()
    titled = replace(weekly, series=series.with_modified(replace(lake, title="Special")))
    assert whom(titled, replace(titled, title="Other")) == {MOON}
    assert whom(weekly, invite(weekly, LI)) == {LI}
    assert whom(weekly, replace(weekly, series=series.with_modified(replace(lake, rooms=None)))) == {MOON, LAKE}
    assert whom(weekly, replace(weekly, series=series.with_exceptions({second: None}))) == {MOON, LAKE}
    assert whom(weekly, bare(weekly)) == {MOON, LAKE}


async def test_what_a_room_is_cleared_of_before_a_meeting_is_made_anew_is_told(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.remove(ZHANG, (await house.event(event)).uid)
    await house.sync()
    await house.change(event, title="Again")
    told = [(write.kind, write.mailbox, write.mails) for write in await house.engine.plan()]
    assert told == [(WriteKind.CLEAR, MOON, ()), (WriteKind.CREATE, ZHANG, (MOON,))]
    house.exchange.mails.clear()
    await house.push()
    assert [(kind, whom) for kind, _, whom in house.exchange.mails] == [("request", MOON), ("response", ZHANG)]
