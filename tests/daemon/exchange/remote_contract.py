"""What every Remote promises, whatever is behind it: run against Exchange and against what stands in for it.

A test class inherits from RemoteContract and offers the fixture ``remote``: an open Remote that knows the mailboxes
below with empty calendars, ROOM with an attendant that accepts what is free, SILENT_ROOM without.
"""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from roomd_core.model import Answer, Attendee, Content, ItemKind, ItemRef, Role
from roomd_core.sync.remote import Gone, Mail, MailboxUnavailable, Remote, RemoteItem, Stale

BOSS = "zhangsan@example.com"
GUEST = "lisi@example.com"
ROOM = "guanghan@example.com"
SILENT_ROOM = "workshop@example.com"
KEY = "0193-key"
START = (datetime.now(UTC) + timedelta(days=2)).replace(hour=6, minute=0, second=0, microsecond=0)
MEETING = Content(
    title="Plans",
    start=START,
    end=START + timedelta(hours=1),
    zone="Asia/Shanghai",
    location="2楼广寒宫",
    reminder=15,
    categories=("Red",),
    attendees=(Attendee(address=GUEST, role=Role.OPTIONAL),),
    rooms=(ROOM,),
)


async def book(remote: Remote, meeting: Content = MEETING) -> RemoteItem:
    """Create the meeting and return it as it stands once its room has answered."""
    await remote.create(BOSS, meeting, key=KEY, uid="0193@roomd", mail=Mail.EVERYBODY)
    return await booked(remote)


async def booked(remote: Remote) -> RemoteItem:
    (item,) = await remote.find_by_key(BOSS, KEY)
    return item


async def only_copy(remote: Remote, mailbox: str) -> RemoteItem:
    (copy,) = (await remote.changes(mailbox, None)).changed
    return copy


async def answers(remote: Remote) -> dict[str, Answer]:
    """Who answered what, as the organizer's copy tells."""
    detail = (await booked(remote)).detail
    assert detail is not None
    return {response.address: response.answer for response in detail.responses}


def content_of(item: RemoteItem) -> Content:
    assert item.detail is not None
    return Content(
        title=item.title,
        start=item.start,
        end=item.end,
        zone=item.zone,
        all_day=item.all_day,
        location=item.location,
        body=item.detail.body,
        sensitivity=item.sensitivity,
        show_as=item.show_as,
        reminder=item.reminder,
        categories=item.categories,
        attendees=item.detail.attendees,
        rooms=item.detail.rooms,
    )


class RemoteContract:
    """The promises of the Remote port."""

    async def test_a_created_meeting_is_read_back_as_it_was_meant(self, remote: Remote) -> None:
        item = await book(remote)

        assert content_of(item) == MEETING
        assert (item.own_key, item.uid, item.kind) == (KEY, "0193@roomd", ItemKind.SINGLE)
        assert (item.organizer, item.is_organizer, item.is_meeting, item.is_cancelled) == (BOSS, True, True, False)

    async def test_an_attended_room_accepts_and_the_organizers_copy_says_so(self, remote: Remote) -> None:
        await book(remote)

        assert await answers(remote) == {ROOM: Answer.ACCEPTED, GUEST: Answer.NONE}

    async def test_the_feed_tells_of_a_guests_copy_whose_it_is_and_what_it_answered(self, remote: Remote) -> None:
        own = await book(remote)

        copy = await only_copy(remote, ROOM)

        assert (copy.organizer, copy.is_organizer, copy.answer) == (BOSS, False, Answer.ACCEPTED)
        assert (copy.start, copy.end, copy.zone, copy.detail) == (MEETING.start, MEETING.end, MEETING.zone, None)
        assert (copy.global_id, copy.own_key) == (own.global_id, None)

    async def test_every_copy_of_a_meeting_is_found_by_its_global_id(self, remote: Remote) -> None:
        own = await book(remote)
        assert own.global_id is not None

        (copy,) = await remote.find_by_global_id(GUEST, own.global_id)

        assert copy.ref.item_id != own.ref.item_id
        assert content_of(copy).rooms == (ROOM,)

    async def test_the_feed_brings_each_change_once(self, remote: Remote) -> None:
        state = (await remote.changes(BOSS, None)).state
        await book(remote)

        page = await remote.changes(BOSS, state)
        assert [item.title for item in page.changed] == ["Plans"]
        assert page.last

        page = await remote.changes(BOSS, page.state)
        assert (page.changed, page.deleted, page.last) == ((), (), True)

    async def test_an_update_sets_what_differs_and_makes_the_old_reading_stale(self, remote: Remote) -> None:
        first = (await book(remote)).ref

        await remote.update(BOSS, first, MEETING, replace(MEETING, title="Other plans"), mail=Mail.CHANGED)

        assert content_of(await booked(remote)) == replace(MEETING, title="Other plans")
        with pytest.raises(Stale):
            await remote.update(BOSS, first, MEETING, replace(MEETING, title="Mine"), mail=Mail.CHANGED)
        with pytest.raises(Stale):
            await remote.cancel(BOSS, first, mail=Mail.EVERYBODY)
        assert (await booked(remote)).title == "Other plans"

    async def test_moving_a_meeting_asks_its_room_again(self, remote: Remote) -> None:
        own = await book(remote)
        later = replace(MEETING, start=START + timedelta(hours=3), end=START + timedelta(hours=4))

        await remote.update(BOSS, own.ref, MEETING, later, mail=Mail.CHANGED)

        copy = await only_copy(remote, ROOM)
        assert (copy.start, copy.end, copy.answer) == (later.start, later.end, Answer.ACCEPTED)
        assert (await answers(remote))[ROOM] is Answer.ACCEPTED

    async def test_a_cancelled_meeting_is_gone_from_the_organizers_calendar_and_frees_the_room(
        self, remote: Remote
    ) -> None:
        own = await book(remote)
        state = (await remote.changes(BOSS, None)).state

        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

        assert (await remote.changes(BOSS, state)).deleted == (own.ref.item_id,)
        assert await remote.find_by_key(BOSS, KEY) == []
        assert await remote.availability([ROOM], MEETING.start, MEETING.end) == []

    async def test_what_is_gone_can_neither_be_read_nor_changed(self, remote: Remote) -> None:
        own = await book(remote)
        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

        assert await remote.fetch(BOSS, [own.ref.item_id]) == []
        with pytest.raises(Gone):
            await remote.update(BOSS, own.ref, MEETING, replace(MEETING, title="Late"), mail=Mail.CHANGED)
        with pytest.raises(Gone):
            await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

    @pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED])
    async def test_an_answer_given_for_a_silent_room_reaches_the_organizer(
        self, remote: Remote, answer: Answer
    ) -> None:
        await book(remote, replace(MEETING, rooms=(SILENT_ROOM,)))
        copy = await only_copy(remote, SILENT_ROOM)
        assert copy.answer is Answer.NONE

        await remote.respond(SILENT_ROOM, copy.ref, answer)

        assert (await answers(remote))[SILENT_ROOM] is answer

    async def test_free_busy_tells_when_a_room_is_taken(self, remote: Remote) -> None:
        await book(remote)

        spans = await remote.availability([SILENT_ROOM, ROOM], START - timedelta(hours=2), MEETING.end)

        assert [(span.mailbox, span.start, span.end) for span in spans] == [(ROOM, MEETING.start, MEETING.end)]

    async def test_an_unknown_mailbox_is_unavailable_to_every_request(self, remote: Remote) -> None:
        with pytest.raises(MailboxUnavailable):
            await remote.changes("typo@example.com", None)
        with pytest.raises(MailboxUnavailable):
            await remote.find_by_key("typo@example.com", KEY)
        with pytest.raises(MailboxUnavailable):
            await remote.create("typo@example.com", MEETING, key=KEY, uid="u", mail=Mail.EVERYBODY)

    async def test_ids_that_nobody_gave_out_are_left_out(self, remote: Remote) -> None:
        own: ItemRef = (await book(remote)).ref

        assert [item.ref for item in await remote.fetch(BOSS, [own.item_id])] == [own]
        assert await remote.fetch(BOSS, []) == []

    async def test_a_view_shows_what_overlaps_it_under_the_meetings_global_id(self, remote: Remote) -> None:
        item = await book(remote)
        for mailbox in (BOSS, ROOM):
            view = await remote.view(mailbox, START + timedelta(minutes=30), START + timedelta(days=1))
            assert view.whole
            assert [(each.global_id, each.start, each.end) for each in view.shown] == [
                (item.global_id, MEETING.start, MEETING.end)
            ]
        assert (await remote.view(BOSS, START + timedelta(hours=2), START + timedelta(days=1))).shown == ()
