import asyncio

import pytest

from core.sync.house import LAKE, MOON, ZHANG, House, meeting
from core.sync.simulated_copy import titles
from roomd_core.errors import NotFound
from roomd_core.model import ChangeKind, Mailbox, MailboxKind, Side, Trigger
from roomd_core.sync.remote import ChangePage, MailboxUnavailable, OutcomeUnknown, SignInRefused

DEADLINE = 10.0


async def told(house: House, kind: ChangeKind) -> None:
    """Wait until the change feed tells of something."""
    seq = 0
    async with asyncio.timeout(DEADLINE):
        while True:
            async with house.store.read() as tables:
                entries = await tables.changes.since(seq, 100)
            if kind in {entry.kind for entry in entries}:
                return
            seq = entries[-1].seq if entries else seq
            await house.store.wait_beyond(seq)


async def test_the_worker_sends_what_is_queued_when_it_is_woken_and_reads_the_rooms_answer(house: House) -> None:
    serving = asyncio.create_task(house.engine.serve())
    await asyncio.sleep(0)
    await house.book(meeting())
    house.engine.wake()
    await told(house, ChangeKind.ANSWERED)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert titles(house.exchange.copies(ZHANG)) == ["Planning"]


async def test_what_was_being_sent_when_the_process_died_is_looked_up_when_the_worker_starts(house: House) -> None:
    house.exchange.luck = lambda _n, when, call, _m: (
        asyncio.CancelledError() if (when, call) == ("after", "create") else None
    )
    event = await house.book(meeting())
    with pytest.raises(asyncio.CancelledError):
        await house.engine.push_due()
    house.exchange.luck = lambda *_: None
    serving = asyncio.create_task(house.engine.serve())
    await told(house, ChangeKind.PUSHED)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert [call for call, _ in house.exchange.calls].count("create") == 1
    assert (await house.event(event)).base is not None


async def test_a_run_asked_for_while_one_is_under_way_is_that_run(house: House) -> None:
    first, second = await asyncio.gather(house.engine.run(Trigger.SCHEDULE), house.engine.run(Trigger.HAND))
    assert first == second
    assert first.finished_at is not None
    assert not house.engine.syncing


@pytest.mark.parametrize("listed_meanwhile", [True, False])
async def test_a_run_of_all_joins_none_that_misses_a_mailbox_listed_since_it_began(
    house: House, monkeypatch: pytest.MonkeyPatch, *, listed_meanwhile: bool
) -> None:
    reading, may_go, changes = asyncio.Event(), asyncio.Event(), house.exchange.changes

    async def held_back(mailbox: str, state: str | None, *, limit: int = 512) -> ChangePage:
        reading.set()
        await may_go.wait()
        return await changes(mailbox, state, limit=limit)

    monkeypatch.setattr(house.exchange, "changes", held_back)
    first, task = await house.engine.begin(Trigger.START)
    await reading.wait()
    if listed_meanwhile:
        house.exchange.add("annex@example.com", attended=True)
        annex = Mailbox(address="annex@example.com", kind=MailboxKind.ROOM, name="Annex")
        async with house.store.write() as tables:
            await tables.mailboxes.configure([*house.mailboxes, annex])
        await house.engine.relist()
    joined, _ = await house.engine.begin(Trigger.SCHEDULE)
    following = asyncio.create_task(house.engine.begin(Trigger.HAND, of_all=True))
    may_go.set()
    second, ended = await following
    assert joined == first
    assert (second.id == first.id) is not listed_meanwhile
    assert (await task).mailboxes == 4
    assert (await ended).mailboxes == (5 if listed_meanwhile else 4)


async def test_a_run_of_all_joins_one_that_has_only_just_begun(house: House) -> None:
    await house.engine.relist()
    (first, _), (second, task) = await asyncio.gather(
        house.engine.begin(Trigger.SCHEDULE, of_all=True), house.engine.begin(Trigger.HAND, of_all=True)
    )
    assert first == second
    await task


async def test_a_run_is_noted_when_it_begins_and_when_it_ends(house: House) -> None:
    begun, task = await house.engine.begin(Trigger.START)
    assert (begun.finished_at, house.engine.syncing) == (None, True)
    finished = await task
    async with house.store.read() as tables:
        assert await tables.runs.newest(1) == [finished]


async def test_refreshing_raises_only_when_nothing_could_be_read(house: House) -> None:
    del house.exchange.calendars[LAKE]
    await house.engine.refresh([MOON, LAKE])
    with pytest.raises(MailboxUnavailable, match=LAKE):
        await house.engine.refresh([LAKE])


async def test_deciding_a_conflict_that_is_not_there_says_so(house: House) -> None:
    with pytest.raises(NotFound, match="no conflict"):
        await house.engine.resolve("none", Side.LOCAL, actor="unix:zhangsan")


async def test_a_copy_read_before_its_meeting_was_known_to_be_ours_becomes_part_of_it(house: House) -> None:
    house.exchange.names_in_feed = False

    def luck(_number: int, when: str, call: str, mailbox: str) -> BaseException | None:
        if (when, call) == ("after", "create"):
            return OutcomeUnknown("The connection broke.")
        return MailboxUnavailable("Moving.") if (call, mailbox) == ("changes", ZHANG) else None

    house.exchange.luck = luck
    event = await house.book(meeting())
    await house.sync()
    await house.sync()
    strays = {each.event for each in await house.occupancies(MOON)} - {event}
    assert len(strays) == 1, "without a uid or our key in the feed, the room's copy cannot be known to be ours"
    house.exchange.luck = lambda *_: None
    await house.settle()
    assert [each.event for each in await house.occupancies(MOON)] == [event]
    assert (await house.waiting(), titles(house.exchange.copies(ZHANG))) == (0, ["Planning"])


async def test_after_a_refused_sign_in_the_worker_does_not_try_again_unasked(house: House) -> None:
    house.exchange.luck = lambda *_: SignInRefused("The password is wrong.")
    await house.sync()
    asked = len(house.exchange.calls)
    serving = asyncio.create_task(house.engine.serve())
    await house.book(meeting())
    for _ in range(20):
        house.clock.advance(3600)
        house.engine.wake()
        await house.waiting()
    assert len(house.exchange.calls) == asked
    house.exchange.luck = lambda *_: None
    await house.engine.refresh([ZHANG])
    await told(house, ChangeKind.PUSHED)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
