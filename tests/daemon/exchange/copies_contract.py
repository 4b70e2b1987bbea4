"""What every Remote promises about the copies of a meeting: what in each is the organizer's, what its owner's own.

A test class inherits from CopiesContract and offers the fixture ``remote`` that RemoteContract describes.
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from daemon.exchange.remote_contract import (
    BOSS,
    GUEST,
    KEY,
    MEETING,
    ROOM,
    RULE,
    SILENT_ROOM,
    START,
    THIRD,
    WEEKLY,
    answers,
    book,
    booked,
    content_of,
    only_copy,
    only_exception,
    told_series,
)
from roomd_core.model import Answer, Attendee, Content, ItemKind, ShowAs
from roomd_core.sync.remote import Mail, OneOccurrence, Rejected, Remote, RemoteItem, RemoteSeries, Stale

HOUR = timedelta(hours=1)
ALONE = replace(MEETING, attendees=(), rooms=())
SILENT = replace(MEETING, rooms=(SILENT_ROOM,))
SILENT_WEEKLY = replace(WEEKLY, rooms=(SILENT_ROOM,))
ANSWERS = [Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED]


async def in_full(remote: Remote, mailbox: str) -> RemoteItem:
    (copy,) = await remote.fetch(mailbox, [(await only_copy(remote, mailbox)).ref.item_id])
    return copy


async def change(remote: Remote, before: Content, after: Content) -> None:
    await remote.update(BOSS, (await booked(remote)).ref, before, after, mail=Mail.CHANGED)


async def book_another(remote: Remote, meeting: Content) -> None:
    """Create one more meeting, besides that of ``book``."""
    await remote.create(BOSS, replace(meeting, title="Another"), key="another", uid="0194@roomd", mail=Mail.EVERYBODY)


async def change_the_third(remote: Remote, series: Content, **fields: object) -> None:
    """Change the third occurrence of a series, which is as its series has it."""
    before = replace(series, series=None, start=THIRD, end=THIRD + HOUR)
    one = OneOccurrence(original_start=THIRD, before=before, after=replace(before, **fields))
    await remote.update_occurrence(BOSS, (await booked(remote)).ref, one, mail=Mail.CHANGED)


async def hours_taken(remote: Remote, mailbox: str) -> list[float]:
    """When a mailbox is taken in the month of the meeting, in hours from its start."""
    spans = await remote.availability([mailbox], START - HOUR, START + timedelta(days=30))
    return [(span.start - START) / HOUR for span in spans]


class CopiesContract:
    """The promises of the Remote port about whose copy is whose."""

    async def test_a_write_gives_back_the_item_as_it_was_written_before_any_room_answered(
        self, remote: Remote
    ) -> None:
        for meeting, has_answered in ((ALONE, False), (SILENT, False), (MEETING, True)):
            mail = Mail.EVERYBODY if meeting.rooms else Mail.NOBODY
            created = await remote.create(BOSS, meeting, key=KEY, uid="0193@roomd", mail=mail)
            item = await booked(remote)
            assert (created.item_id, created != item.ref) == (item.ref.item_id, has_answered)

            mail = Mail.CHANGED if meeting.rooms else Mail.NOBODY
            longer = replace(meeting, end=meeting.end + HOUR)
            updated = await remote.update(BOSS, item.ref, meeting, longer, mail=mail)
            assert (updated != (await booked(remote)).ref) is has_answered
            mail = Mail.EVERYBODY if meeting.rooms else Mail.NOBODY
            await remote.cancel(BOSS, (await booked(remote)).ref, mail=mail)

    async def test_reminder_categories_and_an_unanswered_time_are_the_guests_own(self, remote: Remote) -> None:
        await book(remote, replace(MEETING, rooms=(ROOM, SILENT_ROOM)))

        for mailbox, shown in ((GUEST, ShowAs.TENTATIVE), (SILENT_ROOM, ShowAs.TENTATIVE), (ROOM, ShowAs.BUSY)):
            copy = await only_copy(remote, mailbox)
            assert (copy.reminder, copy.categories, copy.show_as) == (None, (), shown)
        for answer, shown in ((Answer.TENTATIVE, ShowAs.TENTATIVE), (Answer.ACCEPTED, ShowAs.BUSY)):
            await remote.respond(SILENT_ROOM, (await only_copy(remote, SILENT_ROOM)).ref, answer)
            assert (await only_copy(remote, SILENT_ROOM)).show_as is shown

    async def test_what_is_shown_as_free_takes_nobodys_time(self, remote: Remote) -> None:
        await book(remote, replace(MEETING, show_as=ShowAs.FREE))
        assert (await hours_taken(remote, BOSS), await hours_taken(remote, ROOM)) == ([], [])

        await book_another(remote, MEETING)

        (another,) = await remote.find_by_key(BOSS, "another")
        assert another.detail is not None
        assert {each.address: each.answer for each in another.detail.responses}[ROOM] is Answer.ACCEPTED

    async def test_a_room_that_is_taken_declines_and_has_no_copy(self, remote: Remote) -> None:
        await book_another(remote, replace(MEETING, start=START + HOUR, end=START + 2 * HOUR))
        await book(remote)
        assert await answers(remote) == {ROOM: Answer.ACCEPTED, GUEST: Answer.NONE}

        await change(remote, MEETING, replace(MEETING, end=MEETING.end + HOUR / 2))

        assert await answers(remote) == {ROOM: Answer.DECLINED, GUEST: Answer.NONE}
        assert ((await only_copy(remote, ROOM)).start, await hours_taken(remote, ROOM)) == (START + HOUR, [1])

    async def test_only_whom_a_change_concerns_hears_of_it(self, remote: Remote) -> None:
        await book(remote)
        copy = await in_full(remote, ROOM)
        more = replace(MEETING, rooms=(ROOM, SILENT_ROOM))

        await change(remote, MEETING, more)
        await change(remote, more, replace(more, reminder=30, categories=("Blue",)))

        assert await in_full(remote, ROOM) == copy
        assert content_of(await in_full(remote, SILENT_ROOM)).rooms == (ROOM, SILENT_ROOM)

    async def test_an_item_is_a_meeting_as_long_as_somebody_is_invited(self, remote: Remote) -> None:
        own = await book(remote, ALONE, mail=Mail.NOBODY)
        assert not own.is_meeting

        await change(remote, ALONE, MEETING)
        assert (await booked(remote)).is_meeting

        await change(remote, MEETING, ALONE)
        assert not (await booked(remote)).is_meeting

    async def test_what_a_guest_changes_stays_in_the_guests_calendar(self, remote: Remote) -> None:
        await book(remote)
        copy, moved = await only_copy(remote, GUEST), replace(MEETING, end=MEETING.end + HOUR)

        await remote.update(GUEST, copy.ref, MEETING, moved, mail=Mail.NOBODY)

        ends = [(await only_copy(remote, mailbox)).end for mailbox in (GUEST, BOSS, ROOM)]
        assert ends == [moved.end, MEETING.end, MEETING.end]

    @pytest.mark.parametrize("answer", ANSWERS)
    async def test_nobody_answers_what_is_not_an_invitation_or_was_called_off(
        self, remote: Remote, answer: Answer
    ) -> None:
        own = await book(remote, SILENT)
        with pytest.raises(Rejected):
            await remote.respond(BOSS, own.ref, answer)

        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)
        with pytest.raises(Rejected):
            await remote.respond(SILENT_ROOM, (await only_copy(remote, SILENT_ROOM)).ref, answer)

        alone = await book(remote, ALONE, mail=Mail.NOBODY)
        with pytest.raises(Rejected):
            await remote.respond(BOSS, alone.ref, answer)

    @pytest.mark.parametrize("answer", ANSWERS)
    async def test_an_answer_is_to_the_invitation_as_it_was_read(self, remote: Remote, answer: Answer) -> None:
        await book(remote, SILENT)
        copy = await only_copy(remote, SILENT_ROOM)
        await change(remote, SILENT, replace(SILENT, title="Other plans"))

        with pytest.raises(Stale):
            await remote.respond(SILENT_ROOM, copy.ref, answer)

    async def test_what_was_cancelled_stays_with_a_guest_marked_and_takes_no_time(self, remote: Remote) -> None:
        own = await book(remote, SILENT)
        await remote.respond(SILENT_ROOM, (await only_copy(remote, SILENT_ROOM)).ref, Answer.ACCEPTED)
        assert await hours_taken(remote, SILENT_ROOM) == [0]

        await remote.cancel(BOSS, (await booked(remote)).ref, mail=Mail.EVERYBODY)

        copy = await only_copy(remote, SILENT_ROOM)
        assert (copy.is_cancelled, copy.title, copy.global_id) == (True, f"Canceled: {SILENT.title}", own.global_id)
        assert await hours_taken(remote, SILENT_ROOM) == []
        await remote.discard(SILENT_ROOM, copy.ref)

    async def test_a_room_invited_again_is_asked_anew(self, remote: Remote) -> None:
        await book(remote, SILENT)
        await remote.respond(SILENT_ROOM, (await only_copy(remote, SILENT_ROOM)).ref, Answer.ACCEPTED)
        without = replace(SILENT, rooms=())

        await change(remote, SILENT, without)
        await change(remote, without, SILENT)

        copy = await only_copy(remote, SILENT_ROOM)
        assert (copy.is_cancelled, copy.title, copy.answer) == (False, SILENT.title, Answer.NONE)
        assert (await answers(remote))[SILENT_ROOM] is Answer.NONE

    async def test_a_called_off_occurrence_stays_with_a_guest_marked_and_takes_no_time(self, remote: Remote) -> None:
        own = await book(remote, SILENT_WEEKLY)

        await remote.cancel_occurrence(BOSS, own.ref, THIRD, mail=Mail.EVERYBODY)

        assert await told_series(remote) == RemoteSeries(recurrence=RULE, deleted=(THIRD,))
        exception = await only_exception(remote, SILENT_ROOM)
        assert (exception.original_start, exception.start, exception.is_cancelled) == (THIRD, THIRD, True)
        assert exception.title == f"Canceled: {WEEKLY.title}"
        assert await hours_taken(remote, SILENT_ROOM) == [24 * 7 * week for week in (0, 1, 3, 4)]
        view = await remote.view(SILENT_ROOM, THIRD, THIRD + HOUR)
        assert [(shown.title, shown.is_cancelled) for shown in view.shown] == [(exception.title, True)]
        with pytest.raises(Rejected):
            await remote.respond(SILENT_ROOM, exception.ref, Answer.ACCEPTED)

    async def test_a_moved_occurrence_is_answered_by_itself(self, remote: Remote) -> None:
        await book(remote, SILENT_WEEKLY)
        await remote.respond(SILENT_ROOM, (await only_copy(remote, SILENT_ROOM)).ref, Answer.ACCEPTED)

        await change_the_third(remote, SILENT_WEEKLY, start=THIRD + 3 * HOUR, end=THIRD + 4 * HOUR)

        exception = await only_exception(remote, SILENT_ROOM)
        assert ((await only_copy(remote, SILENT_ROOM)).answer, exception.answer) == (Answer.ACCEPTED, Answer.NONE)
        await remote.respond(SILENT_ROOM, exception.ref, Answer.DECLINED)
        copy = await in_full(remote, SILENT_ROOM)
        assert (copy.detail and copy.detail.series) == RemoteSeries(recurrence=RULE, deleted=(THIRD,))

    async def test_an_occurrence_never_reaches_into_the_one_beside_it(self, remote: Remote) -> None:
        await book(remote, WEEKLY)
        week = timedelta(weeks=1)

        for start in (THIRD + week - HOUR / 2, THIRD + week + HOUR, THIRD - week - 2 * HOUR):
            with pytest.raises(Rejected):
                await change_the_third(remote, WEEKLY, start=start, end=start + HOUR)
        await change_the_third(remote, WEEKLY, start=THIRD + week - HOUR, end=THIRD + week)

    async def test_what_is_no_series_of_ones_own_has_no_occurrence_to_change(self, remote: Remote) -> None:
        own = await book(remote)
        with pytest.raises(Rejected):
            await change_the_third(remote, WEEKLY, title="Special")
        with pytest.raises(Rejected):
            await remote.cancel_occurrence(BOSS, own.ref, THIRD, mail=Mail.EVERYBODY)
        await remote.cancel(BOSS, own.ref, mail=Mail.EVERYBODY)

        await book(remote, WEEKLY)
        with pytest.raises(Rejected):
            await remote.cancel_occurrence(ROOM, (await only_copy(remote, ROOM)).ref, THIRD, mail=Mail.NOBODY)

    async def test_another_room_for_one_occurrence_is_invited_to_that_alone(self, remote: Remote) -> None:
        await book(remote, WEEKLY)

        await change_the_third(remote, WEEKLY, rooms=(SILENT_ROOM,))

        alone = await only_copy(remote, SILENT_ROOM)
        assert (alone.kind, alone.original_start, alone.start) == (ItemKind.SINGLE, THIRD, THIRD)
        assert await hours_taken(remote, ROOM) == [24 * 7 * week for week in (0, 1, 3, 4)]
        both = replace(WEEKLY, rooms=(ROOM, SILENT_ROOM))
        await change(remote, WEEKLY, both)
        assert (await only_copy(remote, SILENT_ROOM)).kind is ItemKind.MASTER

    async def test_a_room_taken_at_the_one_occurrence_it_is_asked_for_declines(self, remote: Remote) -> None:
        await book_another(remote, replace(MEETING, start=THIRD, end=THIRD + HOUR))
        await book(remote, SILENT_WEEKLY)

        await change_the_third(remote, SILENT_WEEKLY, rooms=(ROOM,))

        assert ((await only_copy(remote, ROOM)).original_start, await hours_taken(remote, ROOM)) == (None, [24 * 14])

    async def test_a_series_put_on_a_day_it_does_not_have_begins_on_the_next_it_has(self, remote: Remote) -> None:
        await book(remote, WEEKLY)
        day, week = timedelta(days=1), timedelta(weeks=1)

        await change(remote, WEEKLY, replace(WEEKLY, start=START + day, end=START + day + HOUR))

        item = await booked(remote)
        assert (item.start, item.end) == (START + week, START + week + HOUR)
        series = await told_series(remote)
        assert series is not None
        assert (series.recurrence.pattern, series.recurrence.first) == (RULE.pattern, (START + week).date())

    async def test_an_organizer_that_invites_himself_is_not_among_the_guests(self, remote: Remote) -> None:
        item = await book(remote, replace(MEETING, attendees=(Attendee(address=BOSS),)))

        assert item.detail is not None
        assert (item.detail.attendees, await answers(remote)) == ((), {ROOM: Answer.ACCEPTED})
