"""What every Remote promises, whatever is behind it: run against Exchange and against what stands in for it.

A test class inherits from RemoteContract and offers the fixture ``remote``: an open Remote that knows the mailboxes
below with empty calendars, ROOM with an attendant that accepts what is free, SILENT_ROOM without.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from roomd_core.model import Answer, Attendee, Content, ItemKind, ItemRef, Role, WatchMeans
from roomd_core.recurrence import DayOfWeek, EndDate, Numbered, Recurrence, Series, Weekly
from roomd_core.sync.remote import (
    Alive,
    Gone,
    Mail,
    MailboxUnavailable,
    OneOccurrence,
    Rejected,
    Remote,
    RemoteItem,
    RemoteSeries,
    Signal,
    Stale,
    StateInvalid,
    Stirred,
    WatchedBy,
)

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
RULE = Recurrence(
    pattern=Weekly(days=(list(DayOfWeek)[START.weekday()],)), first=START.date(), range=Numbered(count=5)
)
WEEKLY = replace(MEETING, title="Weekly", series=Series(recurrence=RULE))
THIRD = START + timedelta(weeks=2)
"""When the third occurrence begins: 14:00 in Shanghai, on the same day as in UTC."""


async def book(remote: Remote, meeting: Content = MEETING, *, mail: Mail = Mail.EVERYBODY) -> RemoteItem:
    """Create the meeting and return it as it stands once its room has answered."""
    await remote.create(BOSS, meeting, key=KEY, uid="0193@roomd", mail=mail)
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


async def told_series(remote: Remote) -> RemoteSeries | None:
    detail = (await booked(remote)).detail
    return detail.series if detail else None


async def only_exception(remote: Remote, mailbox: str) -> RemoteItem:
    (master,) = await remote.fetch(mailbox, [(await only_copy(remote, mailbox)).ref.item_id])
    assert master.detail is not None
    assert master.detail.series is not None
    (listed,) = master.detail.series.modified
    (exception,) = await remote.fetch(mailbox, [listed.item_id])
    return exception


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

    async def test_a_feed_that_is_longer_than_a_page_goes_on_and_misses_nothing_that_happens_meanwhile(
        self, remote: Remote
    ) -> None:
        alone = replace(MEETING, attendees=(), rooms=())
        for number in range(5):
            await remote.create(BOSS, alone, key=f"key {number}", uid=f"{number}@roomd", mail=Mail.NOBODY)
        page = await remote.changes(BOSS, None, limit=2)
        shown = {item.ref.item_id for item in page.changed}
        assert (len(shown), page.last) == (2, False)
        first, *_, last = [(await remote.find_by_key(BOSS, f"key {number}"))[0] for number in range(5)]
        await remote.cancel(BOSS, first.ref, mail=Mail.NOBODY)
        await remote.update(BOSS, last.ref, alone, replace(alone, title="Late"), mail=Mail.NOBODY)

        there = {item.ref.item_id: item.title for item in page.changed}
        while not page.last:
            page = await remote.changes(BOSS, page.state, limit=2)
            there |= {item.ref.item_id: item.title for item in page.changed}
            there = {item_id: title for item_id, title in there.items() if item_id not in page.deleted}

        assert (len(there), first.ref.item_id in there, there[last.ref.item_id]) == (4, False, "Late")

    async def test_the_feed_is_silent_about_what_came_and_went_since(self, remote: Remote) -> None:
        state = (await remote.changes(BOSS, None)).state
        own = await book(remote)
        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

        page = await remote.changes(BOSS, state)

        assert (page.changed, page.deleted, page.last) == ((), (), True)

    async def test_a_state_that_was_not_given_out_for_a_calendar_is_not_accepted_there(self, remote: Remote) -> None:
        theirs = (await remote.changes(GUEST, None)).state
        for state in ("anything", theirs):
            with pytest.raises(StateInvalid):
                await remote.changes(BOSS, state)

    async def test_what_is_written_in_a_meeting_reaches_its_guests(self, remote: Remote) -> None:
        text = "Bring figures.\nAnd tea."

        own = await book(remote, replace(MEETING, body=text))

        (copy,) = await remote.fetch(GUEST, [(await only_copy(remote, GUEST)).ref.item_id])
        assert content_of(own).body.splitlines() == content_of(copy).body.splitlines() == text.splitlines()

    async def test_what_ends_before_it_begins_is_refused(self, remote: Remote) -> None:
        backwards = replace(MEETING, end=START - timedelta(hours=1))
        with pytest.raises(Rejected):
            await book(remote, backwards)

        own = await book(remote)
        with pytest.raises(Rejected):
            await remote.update(BOSS, own.ref, MEETING, backwards, mail=Mail.CHANGED)

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

    async def test_a_meeting_put_into_another_zone_stays_at_its_time(self, remote: Remote) -> None:
        for meeting in (MEETING, WEEKLY):
            own = await book(remote, meeting)
            elsewhere = replace(meeting, zone="Europe/Berlin")

            await remote.update(BOSS, own.ref, meeting, elsewhere, mail=Mail.CHANGED)

            item = await booked(remote)
            assert (item.start, item.end, item.zone) == (START, MEETING.end, "Europe/Berlin")
            await remote.cancel(BOSS, item.ref, mail=Mail.EVERYBODY)

    async def test_a_cancelled_meeting_is_gone_from_the_organizers_calendar_and_frees_the_room(
        self, remote: Remote
    ) -> None:
        own = await book(remote)
        state = (await remote.changes(BOSS, None)).state

        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

        assert (await remote.changes(BOSS, state)).deleted == (own.ref.item_id,)
        assert await remote.find_by_key(BOSS, KEY) == []
        assert await remote.availability([ROOM], MEETING.start, MEETING.end) == []

    async def test_a_guests_copy_is_taken_out_and_nobody_is_told(self, remote: Remote) -> None:
        own, copy = await book(remote), await only_copy(remote, ROOM)
        with pytest.raises(Rejected):
            await remote.cancel(ROOM, copy.ref, mail=Mail.NOBODY)
        with pytest.raises(Rejected):
            await remote.discard(BOSS, own.ref)

        await remote.discard(ROOM, copy.ref)

        assert await remote.fetch(ROOM, [copy.ref.item_id]) == []
        assert await remote.availability([ROOM], MEETING.start, MEETING.end) == []
        assert (await answers(remote))[ROOM] is Answer.ACCEPTED
        with pytest.raises(Gone):
            await remote.discard(ROOM, copy.ref)

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

    async def test_a_created_series_is_read_back_as_it_was_meant(self, remote: Remote) -> None:
        item = await book(remote, WEEKLY)

        assert item.kind is ItemKind.MASTER
        assert item.detail is not None
        assert item.detail.series == RemoteSeries(recurrence=RULE)
        assert content_of(item) == replace(WEEKLY, series=None)
        (copy,) = await remote.fetch(ROOM, [(await only_copy(remote, ROOM)).ref.item_id])
        assert (copy.answer, copy.detail and copy.detail.series) == (Answer.ACCEPTED, item.detail.series)

    async def test_a_change_of_one_occurrence_leaves_the_others_alone(self, remote: Remote) -> None:
        own = await book(remote, WEEKLY)
        start = THIRD + timedelta(hours=3)
        before = replace(MEETING, start=THIRD, end=THIRD + timedelta(hours=1))
        after = replace(before, title="Special", start=start, end=start + timedelta(hours=2))
        one = OneOccurrence(original_start=THIRD, before=before, after=after)

        await remote.update_occurrence(BOSS, own.ref, one, mail=Mail.CHANGED)

        for mailbox in (BOSS, ROOM):
            exception = await only_exception(remote, mailbox)
            assert (exception.original_start, exception.start) == (THIRD, start)
            assert exception.end == start + timedelta(hours=2)
        assert (await only_exception(remote, BOSS)).title == "Special"
        item = await booked(remote)
        assert (item.title, item.start) == (WEEKLY.title, WEEKLY.start)
        with pytest.raises(Stale):
            await remote.update_occurrence(BOSS, own.ref, one, mail=Mail.CHANGED)

    async def test_an_occurrence_changed_before_can_be_changed_again_and_called_off(self, remote: Remote) -> None:
        own = await book(remote, WEEKLY)
        before = replace(MEETING, start=THIRD, end=THIRD + timedelta(hours=1))
        renamed = [replace(before, title=title) for title in ("Special", "Very special")]
        for was, becomes in zip([before, *renamed], renamed, strict=False):
            one = OneOccurrence(original_start=THIRD, before=was, after=becomes)
            await remote.update_occurrence(BOSS, (await booked(remote)).ref, one, mail=Mail.CHANGED)
        assert (await only_exception(remote, BOSS)).title == "Very special"

        await remote.cancel_occurrence(BOSS, (await booked(remote)).ref, THIRD, mail=Mail.EVERYBODY)

        for mailbox in (BOSS, ROOM):
            (item,) = await remote.fetch(mailbox, [(await only_copy(remote, mailbox)).ref.item_id])
            assert item.detail is not None
            assert item.detail.series == RemoteSeries(recurrence=RULE, deleted=(THIRD,))
        assert await remote.availability([ROOM], THIRD, THIRD + timedelta(hours=1)) == []
        assert own.ref.item_id == (await booked(remote)).ref.item_id

    async def test_an_occurrence_that_is_not_there_is_refused(self, remote: Remote) -> None:
        own = await book(remote, WEEKLY)
        await remote.cancel_occurrence(BOSS, own.ref, THIRD, mail=Mail.EVERYBODY)
        master = (await booked(remote)).ref

        for gone in (THIRD, START + timedelta(weeks=6)):
            with pytest.raises(Rejected):
                await remote.cancel_occurrence(BOSS, master, gone, mail=Mail.EVERYBODY)

    async def test_a_room_of_one_occurrence_alone_is_called_back_with_a_series_that_has_no_guests(
        self, remote: Remote
    ) -> None:
        series = replace(WEEKLY, attendees=(), rooms=())
        own = await book(remote, series, mail=Mail.NOBODY)
        before = replace(series, series=None, start=THIRD, end=THIRD + timedelta(hours=1))
        one = OneOccurrence(original_start=THIRD, before=before, after=replace(before, rooms=(ROOM,)))
        await remote.update_occurrence(BOSS, own.ref, one, mail=Mail.CHANGED)
        alone = await only_copy(remote, ROOM)
        assert (alone.global_id, alone.original_start, alone.start) == (own.global_id, THIRD, THIRD)

        await remote.cancel(BOSS, (await booked(remote)).ref, mail=Mail.EVERYBODY)

        assert await remote.availability([ROOM], THIRD, THIRD + timedelta(hours=1)) == []
        assert await remote.find_by_key(BOSS, KEY) == []

    async def test_a_series_that_ends_earlier_keeps_its_exceptions_and_one_that_moves_loses_them(
        self, remote: Remote
    ) -> None:
        own = await book(remote, WEEKLY)
        await remote.cancel_occurrence(BOSS, own.ref, THIRD, mail=Mail.EVERYBODY)
        last = (START + timedelta(weeks=3)).date()
        ended = replace(WEEKLY, series=Series(recurrence=replace(RULE, range=EndDate(last=last))))

        await remote.update(BOSS, (await booked(remote)).ref, WEEKLY, ended, mail=Mail.CHANGED)
        assert await told_series(remote) == RemoteSeries(
            recurrence=replace(RULE, range=EndDate(last=last)), deleted=(THIRD,)
        )

        later = replace(ended, start=START + timedelta(hours=1), end=START + timedelta(hours=2))
        await remote.update(BOSS, (await booked(remote)).ref, ended, later, mail=Mail.CHANGED)
        assert await told_series(remote) == RemoteSeries(recurrence=replace(RULE, range=EndDate(last=last)))

    async def test_a_single_turned_into_a_series_stays_the_same_item(self, remote: Remote) -> None:
        own = await book(remote)

        await remote.update(BOSS, own.ref, MEETING, WEEKLY, mail=Mail.CHANGED)

        item = await booked(remote)
        assert (item.ref.item_id, item.uid, item.kind) == (own.ref.item_id, own.uid, ItemKind.MASTER)
        assert await told_series(remote) == RemoteSeries(recurrence=RULE)
        assert (await only_copy(remote, ROOM)).kind is ItemKind.MASTER

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
        own = (await book(remote)).ref
        with pytest.raises(MailboxUnavailable):
            await remote.find_by_global_id("typo@example.com", b"sixteen bytes id")
        with pytest.raises(MailboxUnavailable):
            await remote.view("typo@example.com", START, MEETING.end)
        with pytest.raises(MailboxUnavailable):
            await remote.availability([ROOM, "typo@example.com"], START, MEETING.end)
        with pytest.raises(MailboxUnavailable):
            await remote.cancel("typo@example.com", own, mail=Mail.EVERYBODY)

    async def test_ids_that_nobody_gave_out_are_left_out(self, remote: Remote) -> None:
        own: ItemRef = (await book(remote)).ref

        assert [item.ref for item in await remote.fetch(BOSS, [own.item_id])] == [own]
        assert await remote.fetch(BOSS, []) == []

    async def test_items_are_read_in_the_order_they_are_asked_for(self, remote: Remote) -> None:
        await book(remote, WEEKLY)
        await remote.create(BOSS, MEETING, key="another", uid="0194@roomd", mail=Mail.EVERYBODY)
        ids = [item.ref.item_id for item in (await remote.changes(BOSS, None)).changed]

        for asked in (ids, ids[::-1]):
            assert [item.ref.item_id for item in await remote.fetch(BOSS, asked)] == asked

    async def test_a_view_shows_each_occurrence_by_itself_as_it_differs(self, remote: Remote) -> None:
        own = await book(remote, WEEKLY)
        before = replace(WEEKLY, series=None, start=THIRD, end=THIRD + timedelta(hours=1))
        one = OneOccurrence(original_start=THIRD, before=before, after=replace(before, title="Special"))
        await remote.update_occurrence(BOSS, own.ref, one, mail=Mail.CHANGED)

        view = await remote.view(BOSS, START, START + timedelta(weeks=5))

        titles = [each.title for each in sorted(view.shown, key=lambda each: each.start)]
        assert titles == ["Weekly", "Weekly", "Special", "Weekly", "Weekly"]
        assert len({each.item_id for each in view.shown} | {own.ref.item_id}) == 6
        assert {each.global_id for each in view.shown} == {own.global_id}

    async def test_a_view_is_of_two_years_at_most(self, remote: Remote) -> None:
        assert (await remote.view(BOSS, START, START + timedelta(days=700))).whole
        with pytest.raises(Rejected):
            await remote.view(BOSS, START, START + timedelta(days=800))

    async def test_watching_tells_of_the_calendars_that_are_watched_and_of_no_other(self, remote: Remote) -> None:
        told: asyncio.Queue[Signal] = asyncio.Queue()
        watching = asyncio.create_task(remote.watch([ROOM], told.put_nowait))
        async with asyncio.timeout(20):
            assert await told.get() == WatchedBy(mailboxes=(ROOM,), means=WatchMeans.STREAMING)
            await book(remote, replace(MEETING, rooms=(SILENT_ROOM,)))
            await remote.create(BOSS, MEETING, key="another", uid="0194@roomd", mail=Mail.EVERYBODY)
            while not isinstance(signal := await told.get(), Stirred):
                assert isinstance(signal, Alive)
        watching.cancel()
        await asyncio.wait([watching])

        assert signal.mailboxes == (ROOM,)

    async def test_a_view_shows_what_overlaps_it_under_the_meetings_global_id(self, remote: Remote) -> None:
        item = await book(remote)
        for mailbox in (BOSS, ROOM):
            view = await remote.view(mailbox, START + timedelta(minutes=30), START + timedelta(days=1))
            assert view.whole
            assert [(each.global_id, each.start, each.end) for each in view.shown] == [
                (item.global_id, MEETING.start, MEETING.end)
            ]
        assert (await remote.view(BOSS, START + timedelta(hours=2), START + timedelta(days=1))).shown == ()
