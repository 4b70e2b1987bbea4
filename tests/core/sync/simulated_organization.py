"""The mailboxes of a simulated Exchange: what people do in Outlook, and what meeting mail does where it arrives.

An update is sent to whom it concerns, as Outlook sends it: new people alone leave everybody else's copy as it was. A
copy belongs to its owner: reminder, categories and how it shows until it is accepted are not the organizer's.
"""

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from msgspec.structs import replace

from core.sync.simulated_copy import Calendar, Copy, invited
from core.sync.simulated_reading import standing
from core.sync.simulated_series import (
    begun_with_its_start,
    given_elsewhere,
    happens_otherwise,
    moved,
    read_by_guests,
    rooms_alone,
    with_called_off,
    with_exception,
    without_rooms,
)
from roomd_core.clock import Clock
from roomd_core.model import Answer, Content, Response
from roomd_core.occurrences import bare, occurrence_content, shape_of
from roomd_core.recurrence import ModifiedOccurrence
from roomd_core.sync.remote import Signal, Stirred


class Letter(Enum):
    """What sort of a request somebody is sent (EWS MeetingRequestType)."""

    NEW = auto()
    FULL_UPDATE = auto()
    INFORMATIONAL = auto()
    ABOUT_OCCURRENCES = auto()


class SimulatedOrganization:
    """Mailboxes with their calendars. ``mails`` is the history of what was sent: what, by whom, to whom."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.footer = ""
        self.calendars: dict[str, Calendar] = {}
        self.mails: list[tuple[str, str, str]] = []
        self.listener: Callable[[Signal], None] | None = None
        self.watched: frozenset[str] = frozenset()
        self._items = 0

    # -- what people and administrators do -------------------------------------------------------------------------

    def add(self, *addresses: str, attended: bool = False, rewrites_titles: bool = False) -> None:
        for address in addresses:
            self.calendars[address] = Calendar(address, attended=attended, rewrites_titles=rewrites_titles)

    def forget_sync_states(self, address: str) -> None:
        self.calendars[address].epoch += 1

    def meet(self, organizer: str, content: Content, *, uid: str | None = None, key: str | None = None) -> Copy:
        """Create a meeting as Outlook would, and deliver its invitations."""
        home = self._home(organizer)
        copy = self._new_copy(home, uid or f"outlook-{self._items}", organizer, content)
        copy.own_key, copy.is_organizer, copy.answer = key, True, Answer.ACCEPTED
        copy.is_meeting, copy.written = bool(invited(content)), copy.ref
        self._deliver(copy, Letter.NEW, invited(content))
        return copy

    def edit(self, copy: Copy, **fields: object) -> None:
        """Edit the organizer's copy as Outlook would, and deliver the update to whom it concerns."""
        if "body" in fields:
            fields["body"] = f"{fields['body']}{self.footer}"
        before, copy.content = copy.content, replace(copy.content, **fields)
        if "start" in fields and "series" not in fields:
            copy.content = begun_with_its_start(copy.content)
        if copy.content.series and shape_of(before) != shape_of(copy.content):
            copy.content = bare(copy.content)
        copy.is_meeting = bool(invited(copy.content))
        self._touch(copy.organizer, copy)
        copy.written = copy.ref
        self._send_update(copy, before)

    def call_off(self, copy: Copy) -> None:
        """Cancel a meeting as its organizer: the item goes to Deleted Items, everybody else is told."""
        self._remove(copy.organizer, copy)
        for address in sorted(invited(copy.content)):
            self._withdraw(address, copy)
        self._withdraw_alone(copy, rooms_alone(copy.content))

    def remove(self, address: str, uid: str) -> None:
        """Delete one copy without telling anybody."""
        self._remove(address, self.copy(address, uid))

    def restore(self, address: str, copy: Copy) -> None:
        """Take an item out of Deleted Items: it is the same meeting under another id. Nobody is told."""
        calendar = self.calendars[address]
        calendar.deleted_items.remove(copy)
        self._put_back(calendar, copy)

    def change_occurrence(self, copy: Copy, original_start: datetime, **fields: Any) -> None:
        """Change one occurrence of one's own series, and deliver that."""
        content, series = copy.content, copy.content.series
        assert series is not None
        usual = ModifiedOccurrence(
            original_start=original_start, start=original_start, end=original_start + (content.end - content.start)
        )
        known = next((each for each in series.modified if each.original_start == original_start), usual)
        self.edit(copy, series=series.with_modified(replace(known, **fields)))
        for calendar in self.calendars.values():
            for each in list(calendar.copies.values()):
                if (each.series_uid, each.original_start) == (copy.uid, original_start):
                    self._update_alone(calendar, each, fields)

    def drop_occurrence(self, copy: Copy, original_start: datetime) -> None:
        """Call one occurrence of one's own series off."""
        series = copy.content.series
        assert series is not None
        deleted = tuple(sorted((*series.deleted, original_start)))
        self.edit(copy, series=replace(series.without_modified(original_start), deleted=deleted))

    def leave_occurrence(self, address: str, uid: str, original_start: datetime) -> None:
        """Take one occurrence out of a guest's copy, as a room does that declines it."""
        copy = self.copy(address, uid)
        copy.left.add(original_start)
        self._touch(address, copy)

    def answer_occurrence(self, address: str, uid: str, original_start: datetime, answer: Answer) -> None:
        """Answer for one exception otherwise than for the series."""
        copy = self.copy(address, uid)
        copy.said[original_start] = answer
        self._touch(address, copy)

    def invite_alone(self, copy: Copy, original_start: datetime, address: str, **fields: Any) -> Copy:
        """Invite somebody to one occurrence only."""
        times = {"start": original_start, "end": original_start + (copy.content.end - copy.content.start)}
        alone = replace(copy.content, series=None, categories=(), reminder=None, **{**times, **fields})
        calendar, uid = self.calendars[address], f"{copy.uid}/{original_start:%Y%m%d}"
        known = (each for each in calendar.copies.values() if each.uid == uid)
        mine = next(known, None) or self._new_copy(calendar, uid, copy.organizer, alone)
        mine.content, mine.is_cancelled, mine.answer, mine.intended = alone, False, Answer.NONE, alone.show_as
        mine.series_uid, mine.original_start = copy.uid, original_start
        self.mails.append(("request", copy.organizer, address))
        mine.show()
        self._attend(calendar, mine)
        return mine

    def copy(self, address: str, uid: str) -> Copy:
        return next(copy for copy in self.calendars[address].copies.values() if copy.uid == uid)

    def copies(self, address: str) -> list[Copy]:
        return [copy for copy in self.calendars[address].copies.values() if not copy.is_cancelled]

    # -- what is stored --------------------------------------------------------------------------------------------

    def _home(self, address: str) -> Calendar:
        return self.calendars.setdefault(address, Calendar(address))

    def _new_copy(self, calendar: Calendar, uid: str, organizer: str, content: Content) -> Copy:
        self._items += 1
        copy = Copy(f"Item{self._items}", uid, organizer, content, modified_at=self.clock.now())
        calendar.copies[copy.item_id] = copy
        self._tell(calendar, copy)
        return copy

    def _touch(self, address: str, copy: Copy) -> None:
        copy.version += 1
        copy.modified_at = self.clock.now()
        self._tell(self.calendars[address], copy)

    def _put_back(self, calendar: Calendar, copy: Copy) -> None:
        self._items += 1
        copy.item_id, copy.version = f"Item{self._items}", 1
        calendar.copies[copy.item_id] = copy
        self._tell(calendar, copy)

    def _remove(self, address: str, copy: Copy) -> None:
        calendar = self.calendars[address]
        del calendar.copies[copy.item_id]
        calendar.deleted_items.append(copy)
        self._tell(calendar, copy)

    def _tell(self, calendar: Calendar, copy: Copy) -> None:
        """Put what happened to a copy into the feed, and tell whoever watches that something did."""
        calendar.feed.append(copy.item_id)
        if self.listener and calendar.address in self.watched:
            self.listener(Stirred(mailboxes=(calendar.address,)))

    # -- what mail does --------------------------------------------------------------------------------------------

    def _send_update(self, copy: Copy, before: Content) -> None:
        known, now = invited(before), invited(copy.content)
        for address in sorted(known - now):
            copy.responses.pop(address, None)
            self._withdraw(address, copy)
        self._withdraw_alone(copy, set(rooms_alone(before)) - set(rooms_alone(copy.content)))
        if happens_otherwise(before, copy.content):
            copy.responses.clear()
            self._deliver(copy, Letter.FULL_UPDATE, now & known)
        elif read_by_guests(before) != read_by_guests(copy.content):
            self._deliver(copy, Letter.INFORMATIONAL, now & known)
            self._update_those_alone(copy)
        elif without_rooms(before) != without_rooms(copy.content):
            self._deliver(copy, Letter.ABOUT_OCCURRENCES, now & known)
        self._deliver(copy, Letter.NEW, now - known)

    def _deliver(self, copy: Copy, letter: Letter, to: Iterable[str]) -> None:
        sent = dataclasses.replace(copy, responses=dict(copy.responses))
        for address in sorted({*to} - {copy.organizer}):
            self.mails.append(("request" if letter is Letter.NEW else "update", copy.organizer, address))
            if address in self.calendars:
                self._receive(self.calendars[address], sent, letter)

    def _receive(self, calendar: Calendar, sent: Copy, letter: Letter) -> None:
        mine = next((copy for copy in calendar.copies.values() if copy.uid == sent.uid), None)
        if mine is None:
            for alone in [each for each in calendar.copies.values() if each.series_uid == sent.uid]:
                self._remove(calendar.address, alone)
            arrived = replace(sent.content, categories=(), reminder=None)
            mine, letter = self._new_copy(calendar, sent.uid, sent.organizer, arrived), Letter.NEW
        else:
            self._touch(calendar.address, mine)
        if letter in (Letter.NEW, Letter.FULL_UPDATE):
            self._ask_again(calendar, mine, sent)
        else:
            mine.said.update(dict.fromkeys(moved(mine.content, sent.content), Answer.NONE))
            self._take_over(calendar, mine, sent, letter)
        self._attend(calendar, mine)

    def _ask_again(self, calendar: Calendar, mine: Copy, sent: Copy) -> None:
        """Let a guest's copy begin anew, as the organizer has it."""
        mine.answer, mine.is_cancelled = Answer.NONE, False
        for of_occurrences in (mine.left, mine.called_off, mine.said):
            of_occurrences.clear()
        mine.said.update(dict.fromkeys(moved(mine.content, sent.content), Answer.NONE))
        mine.content = replace(mine.content, series=sent.content.series)
        self._take_over(calendar, mine, sent, Letter.NEW)
        (mine.left if calendar.attended else mine.called_off).update(given_elsewhere(sent.content, calendar.address))

    def _take_over(self, calendar: Calendar, mine: Copy, sent: Copy, letter: Letter) -> None:
        content = sent.content if calendar.attended else with_called_off(mine, sent.content)
        if letter is Letter.ABOUT_OCCURRENCES:
            mine.content = replace(mine.content, series=content.series)
            return
        title = sent.organizer.title() if calendar.rewrites_titles else content.title
        own = {"categories": mine.content.categories, "reminder": mine.content.reminder}
        mine.content = replace(content, title=title, **own)
        mine.intended, mine.responses = content.show_as, dict(sent.responses)
        mine.show()

    def _attend(self, calendar: Calendar, mine: Copy) -> None:
        """Answer as the booking attendant of a room that has one."""
        if calendar.attended and mine.answer is Answer.NONE:
            self._respond(calendar, mine, Answer.DECLINED if calendar.taken(mine) else Answer.ACCEPTED)
        elif calendar.attended:
            self._decide_on_each(calendar, mine)

    def _decide_on_each(self, calendar: Calendar, mine: Copy) -> None:
        """Let an attendant answer for each occurrence of an accepted series that was moved."""
        for named in [each for each, answer in mine.said.items() if answer is Answer.NONE]:
            del mine.said[named]
            occurrence = next((each for each in mine.occurrences() if each.original_start == named), None)
            if occurrence and calendar.taken_between(occurrence.start, occurrence.end, mine):
                mine.left.add(named)

    def _respond(self, calendar: Calendar, copy: Copy, answer: Answer) -> None:
        copy.answer = answer
        copy.show()
        self._touch(calendar.address, copy)
        if answer is Answer.DECLINED:
            self._remove(calendar.address, copy)
        self.mails.append(("response", calendar.address, copy.organizer))
        home = self.calendars.get(copy.organizer)
        own = next((own for own in home.copies.values() if own.uid == copy.uid), None) if home else None
        if own is not None:
            said = Response(address=calendar.address, answer=answer, at=self.clock.now())
            own.responses[calendar.address] = said
            self._touch(copy.organizer, own)

    def _respond_once(self, mailbox: str, copy: Copy, day: str, answer: Answer) -> None:
        """Answer for the exception of a day: a declined one leaves the copy."""
        (original_start,) = (each.original_start for each in standing(copy) if f"{each.original_start:%Y%m%d}" == day)
        copy.said.pop(original_start, None)
        if answer is Answer.DECLINED:
            copy.left.add(original_start)
        elif answer is not copy.answer:
            copy.said[original_start] = answer
        self._touch(mailbox, copy)

    def _update_alone(self, calendar: Calendar, alone: Copy, fields: dict[str, Any]) -> None:
        """Deliver a change of one occurrence to somebody who was invited to that one alone."""
        told = {
            name: value
            for name, value in fields.items()
            if name in ("start", "end", "title", "location", "body") and value != getattr(alone.content, name)
        }
        if not told or alone.is_cancelled:
            return
        before, alone.content = alone.content, replace(alone.content, **told)
        if (before.start, before.end) != (alone.content.start, alone.content.end):
            alone.answer = Answer.NONE
            alone.show()
        self.mails.append(("update", alone.organizer, calendar.address))
        self._touch(calendar.address, alone)
        self._attend(calendar, alone)

    def _update_those_alone(self, copy: Copy) -> None:
        """Tell those who were invited to single occurrences what reads differently in them now."""
        for calendar in self.calendars.values():
            for alone in [each for each in calendar.copies.values() if each.series_uid == copy.uid]:
                assert alone.original_start is not None
                one = occurrence_content(copy.content, alone.original_start)
                self._update_alone(calendar, alone, read_by_guests(one) if one else {})

    def _withdraw(self, address: str, sent: Copy) -> None:
        self.mails.append(("cancellation", sent.organizer, address))
        calendar = self.calendars.get(address)
        mine = next((copy for copy in calendar.copies.values() if copy.uid == sent.uid), None) if calendar else None
        if calendar and mine and not mine.is_organizer:
            self._receive_cancellation(calendar, mine)

    def _withdraw_alone(self, sent: Copy, gone: Iterable[tuple[datetime, str]]) -> None:
        """Take back invitations to single occurrences."""
        for original_start, address in sorted(gone):
            self.mails.append(("cancellation", sent.organizer, address))
            for each in self.copies(address):
                if (each.series_uid, each.original_start) == (sent.uid, original_start):
                    self._receive_cancellation(self.calendars[address], each)

    def _withdraw_occurrence(self, address: str, sent: Copy, original_start: datetime) -> None:
        """Call a guest back from one occurrence of a series."""
        calendar = self.calendars[address]
        for copy in self.copies(address):
            if copy.uid == sent.uid:
                self.mails.append(("cancellation", sent.organizer, address))
                if not calendar.attended:
                    copy.content = with_exception(copy.content, original_start)
                (copy.left if calendar.attended else copy.called_off).add(original_start)
                self._touch(address, copy)

    def _receive_cancellation(self, calendar: Calendar, mine: Copy) -> None:
        """An attendant takes the meeting away; for anybody else it stays, marked as cancelled."""
        if calendar.attended:
            self._remove(calendar.address, mine)
        elif not mine.is_cancelled:
            mine.is_cancelled = True
            mine.content = replace(mine.content, title=f"Canceled: {mine.content.title}")
            mine.show()
            self._touch(calendar.address, mine)
