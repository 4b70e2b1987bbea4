"""Meetings made, read, changed, cancelled and answered in a real Exchange conversation: TLS, NTLM, impersonation."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from daemon.exchange.conftest import Open
from daemon.exchange.watched_lab import WatchedLab
from roomd_core.model import Answer, Content, ItemRef, Response
from roomd_core.sync.remote import Gone, Mail, MailboxUnavailable, Rejected, Stale, StateInvalid
from roomd_daemon.exchange import Access, Auth, Exchange
from roomd_lab import Automation, FolderName, RoomPolicy

BOSS = "zhangsan@example.com"
GUEST = "lisi@example.com"
ROOM = "guanghan@example.com"
UNATTENDED_ROOM = "workshop@example.com"


async def book(exchange: Exchange, meeting: Content, *, mail: Mail = Mail.EVERYBODY) -> ItemRef:
    await exchange.create(BOSS, meeting, key="0193-key", uid="0193@roomd", mail=mail)
    return await current(exchange)


async def current(exchange: Exchange) -> ItemRef:
    return (await exchange.find_by_key(BOSS, "0193-key"))[0].ref


async def test_a_person_answers_for_an_unattended_room(exchange: Exchange, lab: WatchedLab, meeting: Content) -> None:
    lab.set_room_policy(UNATTENDED_ROOM, RoomPolicy(automation=Automation.AUTO_UPDATE))
    await book(exchange, replace(meeting, rooms=(UNATTENDED_ROOM,)))
    (copy,) = (await exchange.changes(UNATTENDED_ROOM, None)).changed
    assert copy.answer is Answer.NONE

    await exchange.respond(UNATTENDED_ROOM, copy.ref, Answer.DECLINED)

    (item,) = await exchange.find_by_key(BOSS, "0193-key")
    assert item.detail is not None
    assert [(r.address, r.answer) for r in item.detail.responses] == [(UNATTENDED_ROOM, Answer.DECLINED)]


async def test_an_update_changes_what_differs_and_leaves_the_rest(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, meeting)
    lab.outlook.change(BOSS, "0193@roomd", location="somewhere else")
    ref = await current(exchange)

    after = await exchange.update(BOSS, ref, meeting, replace(meeting, title="Other plans"), mail=Mail.CHANGED)

    (item,) = await exchange.fetch(BOSS, [after.item_id])
    assert (item.title, item.location, item.start) == ("Other plans", "somewhere else", meeting.start)
    assert after.change_key != ref.change_key


async def test_an_update_from_an_outdated_reading_is_stale(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, meeting)
    lab.outlook.change(BOSS, "0193@roomd", subject="Mine now")

    with pytest.raises(Stale):
        await exchange.update(BOSS, ref, meeting, replace(meeting, title="Yours"), mail=Mail.CHANGED)

    assert lab.count("UpdateItem") == 0
    assert lab.outlook.meeting(BOSS, "0193@roomd").subject == "Mine now"


async def test_an_update_without_a_difference_asks_nothing(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, meeting)
    before = len(lab.operations)

    assert await exchange.update(BOSS, ref, meeting, meeting, mail=Mail.EVERYBODY) == ref
    assert len(lab.operations) == before


async def test_a_cancelled_meeting_frees_the_room_and_lies_in_deleted_items(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, meeting)
    state = (await exchange.changes(BOSS, None)).state

    await exchange.cancel(BOSS, ref, mail=Mail.EVERYBODY)

    assert (await exchange.changes(BOSS, state)).deleted == (ref.item_id,)
    assert lab.outlook.calendar(ROOM) == []
    assert "Plans" in " ".join(item.subject for item in lab.outlook.folder(BOSS, FolderName.DELETED))
    assert [(m.sender, m.recipient) for m in lab.mail_log if "ancel" in str(m.kind)] == [(BOSS, ROOM)]


async def test_a_cancelled_appointment_without_guests_is_recoverable(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, replace(meeting, rooms=()), mail=Mail.NOBODY)

    await exchange.cancel(BOSS, ref, mail=Mail.EVERYBODY)

    assert [item.subject for item in lab.outlook.folder(BOSS, FolderName.DELETED)] == ["Plans"]
    assert lab.mail_log == []


async def test_cancelling_from_an_outdated_reading_is_stale(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, meeting)
    lab.outlook.change(BOSS, "0193@roomd", subject="Mine now")

    with pytest.raises(Stale):
        await exchange.cancel(BOSS, ref, mail=Mail.EVERYBODY)

    assert lab.outlook.meeting(BOSS, "0193@roomd").subject == "Mine now"


async def test_a_guests_copy_is_never_cancelled(exchange: Exchange, lab: WatchedLab, meeting: Content) -> None:
    await book(exchange, meeting)
    (copy,) = (await exchange.changes(ROOM, None)).changed

    with pytest.raises(Rejected, match=f"{ROOM} does not organize"):
        await exchange.cancel(ROOM, copy.ref, mail=Mail.EVERYBODY)

    assert len(lab.outlook.calendar(BOSS)) == 1


async def test_what_is_gone_cannot_be_changed(exchange: Exchange, lab: WatchedLab, meeting: Content) -> None:
    ref = await book(exchange, meeting)
    lab.outlook.delete(BOSS, "0193@roomd", folder=None)

    with pytest.raises(Gone):
        await exchange.update(BOSS, ref, meeting, replace(meeting, title="Too late"), mail=Mail.CHANGED)
    assert await exchange.fetch(BOSS, [ref.item_id]) == []


async def test_what_moved_to_deleted_items_is_deleted_for_the_feed(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    ref = await book(exchange, replace(meeting, rooms=()))
    state = (await exchange.changes(BOSS, None)).state
    lab.outlook.delete(BOSS, "0193@roomd")

    page = await exchange.changes(BOSS, state)

    assert (page.changed, page.deleted) == ((), (ref.item_id,))


async def test_the_feed_comes_page_by_page_and_then_brings_only_what_changed(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    for day in range(5):
        start = meeting.start + timedelta(days=day)
        lab.outlook.book(BOSS, subject=f"Day {day}", start=start, end=start + timedelta(hours=1))

    state, titles, last = None, [], False
    while not last:
        page = await exchange.changes(BOSS, state, limit=2)
        assert len(page.changed) <= 2
        state, last = page.state, page.last
        titles += [item.title for item in page.changed]

    assert sorted(titles) == [f"Day {day}" for day in range(5)]
    assert await exchange.changes(BOSS, state) == replace(page, state=page.state, changed=(), deleted=(), last=True)


async def test_a_full_page_is_never_the_last(exchange: Exchange, lab: WatchedLab, meeting: Content) -> None:
    lab.outlook.book(BOSS, subject="One", start=meeting.start, end=meeting.end)

    full = await exchange.changes(BOSS, None, limit=1)
    after = await exchange.changes(BOSS, full.state, limit=1)

    assert (len(full.changed), full.last) == (1, False)
    assert (len(after.changed), after.last) == (0, True)


async def test_a_feed_without_addresses_is_completed_by_reading_ten_items_at_a_time(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    lab.feed_has_extended_properties = False
    for hour in range(12):
        start = meeting.start + timedelta(hours=hour)
        lab.outlook.book(BOSS, subject=f"{hour}", start=start, end=start + timedelta(minutes=30), rooms=[ROOM])

    guests = (await exchange.changes(ROOM, None)).changed
    assert [item.organizer for item in guests] == [BOSS] * 12
    assert lab.count("GetItem") == 2

    own = (await exchange.changes(BOSS, None)).changed
    assert [item.organizer for item in own] == [BOSS] * 12
    assert lab.count("GetItem") == 2


async def test_a_key_with_every_awkward_character_is_found_again(exchange: Exchange, meeting: Content) -> None:
    key = """<&>"'广寒宫"""
    ref = await exchange.create(BOSS, meeting, key=key, uid="u@roomd", mail=Mail.NOBODY)

    assert [item.ref for item in await exchange.find_by_key(BOSS, key)] == [ref]


async def test_answering_an_invitation_that_is_gone_says_so(
    exchange: Exchange, lab: WatchedLab, meeting: Content
) -> None:
    await book(exchange, meeting)
    (copy,) = (await exchange.changes(ROOM, None)).changed
    lab.outlook.delete(ROOM, "0193@roomd", folder=None)

    with pytest.raises(Gone):
        await exchange.respond(ROOM, copy.ref, Answer.ACCEPTED)


async def test_a_lost_sync_state_is_told_as_such(exchange: Exchange, lab: WatchedLab) -> None:
    state = (await exchange.changes(BOSS, None)).state
    lab.faults.add("invalid-sync-state", "SyncFolderItems")

    with pytest.raises(StateInvalid):
        await exchange.changes(BOSS, state)


async def test_free_busy_of_an_unknown_mailbox_is_an_error_not_free_time(
    exchange: Exchange, meeting: Content
) -> None:
    with pytest.raises(MailboxUnavailable, match=r"no mailbox typo@example\.com"):
        await exchange.availability([ROOM, "typo@example.com"], meeting.start, meeting.end)


@pytest.mark.parametrize("auth", Auth)
async def test_a_delegate_works_without_impersonation(connect: Open, meeting: Content, auth: Auth) -> None:
    exchange = connect(account="svc-delegate", access=Access.DELEGATE, auth=auth)

    ref = await exchange.create(BOSS, meeting, key="k", uid="u@roomd", mail=Mail.EVERYBODY)

    assert [item.organizer for item in await exchange.fetch(BOSS, [ref.item_id])] == [BOSS]
    assert [item.organizer for item in (await exchange.changes(ROOM, None)).changed] == [BOSS]


async def test_basic_signs_in_and_impersonates_as_well(connect: Open, meeting: Content) -> None:
    exchange = connect(auth=Auth.BASIC)

    ref = await exchange.create(BOSS, meeting, key="k", uid="u@roomd", mail=Mail.EVERYBODY)

    (item,) = await exchange.fetch(BOSS, [ref.item_id])
    assert item.detail is not None
    assert [r.answer for r in item.detail.responses] == [Answer.ACCEPTED]
    assert isinstance(item.detail.responses[0], Response)


@pytest.mark.parametrize(
    ("account", "access"), [("svc-roomd", Access.IMPERSONATION), ("svc-delegate", Access.DELEGATE)]
)
async def test_every_request_says_at_whose_mailbox_it_is_to_be_served(
    connect: Open, lab: WatchedLab, account: str, access: Access
) -> None:
    exchange = connect(account=account, access=access)

    await exchange.changes(ROOM, None)
    await exchange.find_by_key(BOSS, "0193-key")

    assert lab.anchors == {ROOM, BOSS}
