"""What people do, here and in Outlook: each act is chosen by the seed."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, STRANGER, ZHANG, at, invite, meeting
from core.sync.simulated_copy import Copy
from core.sync.simulation.server import RecordingExchange
from roomd_core.api.wire import EventPatch, Scope
from roomd_core.booking.series_edits import Change, edited
from roomd_core.model import Answer, Content, Event, Origin
from roomd_core.recurrence import Daily, Numbered, Recurrence, Series
from roomd_core.sync.losses import FEW

OWNERS = (ZHANG, LI)
RARITY = 0.15
"""The share of acts that not everybody does every day."""
MOVED_AS_WELL = 0.7
Act = Callable[[], None]


class Words:
    """Values that never come twice, so that it can be told who wrote which."""

    def __init__(self, random: Random, whose: str) -> None:
        self.random = random
        self._whose = whose
        self._count = 0

    def word(self) -> str:
        self._count += 1
        return f"{self._whose} {self._count}"

    def hours(self) -> tuple[int, int]:
        start = self.random.randrange(8, 18)
        return start, start + self.random.choice([1, 2])

    def times(self) -> tuple[datetime, datetime]:
        start, end = self.hours()
        return at(start), at(end)

    def rooms(self) -> list[str]:
        return self.random.choice([[], [MOON], [LAKE], [MOON, LAKE]])

    def a_meeting(self) -> Content:
        day = self.random.randrange(3)
        content = replace(self.an_appointment(day), rooms=tuple(sorted(self.rooms())))
        return invite(content, *self.random.choice([[], [], [STRANGER]]))

    def a_series(self) -> Content:
        content = self.a_meeting()
        pattern = Daily(interval=self.random.choice([1, 3, 7]))
        rule = Recurrence(
            pattern=pattern, first=content.start.date(), range=Numbered(count=self.random.choice([2, 5]))
        )
        return replace(content, zone="UTC", series=Series(recurrence=rule))

    def an_appointment(self, day: int) -> Content:
        """Choose something of one's own, on some day, with nobody else and nowhere."""
        content, (start, end), later = meeting(self.word(), rooms=()), self.times(), timedelta(days=day)
        return replace(content, start=start + later, end=end + later)

    def fields(self) -> dict[str, object]:
        """Choose what to change: one unit, sometimes two."""
        start, end = self.times()
        choices: list[dict[str, object]] = [
            {"title": self.word()},
            {"location": self.word()},
            {"body": self.word()},
            {"start": start, "end": end},
            {"rooms": tuple(sorted(self.rooms()))},
            {"attendees": invite(meeting(), *self.random.choice([[], [STRANGER]])).attendees},
        ]
        return self.random.choice(choices) | self.random.choice([{}, {}, self.random.choice(choices)])


class Outlook:
    """People at their Outlook. Every act is done at once, so that it can fall between any two steps of roomd."""

    def __init__(self, exchange: RecordingExchange, random: Random, counts: Counter[str]) -> None:
        self.counts = counts
        self._exchange = exchange
        self._random = random
        self._words = Words(random, "Outlook")

    def choose(self) -> Act:
        """Choose what to do: something of every day, or now and then something that is not."""
        rare = [self.fill, self.empty, self.empty, self.copy_item]
        return self._random.choice(rare if self._random.random() < RARITY else self._acts())

    def meddle(self) -> None:
        """Do one thing."""
        act = self.choose()
        self._exchange.history.tell(f"  (meanwhile in Outlook: {act.__name__})")
        act()

    def _acts(self) -> list[Act]:
        return [
            self.meet, self.meet_often, self.edit, self.edit, self.edit, self.change_occurrence,
            self.drop_occurrence, self.leave_occurrence, self.split, self.call_off, self.delete_quietly,
            self.move_away, self.bring_back, self.write_into_a_room, self.answer, self.forget,
        ]  # fmt: skip

    def meet(self) -> None:
        organizer = self._random.choice([ZHANG, ZHANG, LI, STRANGER])
        self._exchange.meet(organizer, self._words.a_meeting())

    def meet_often(self) -> None:
        self._exchange.meet(self._random.choice(OWNERS), self._words.a_series())
        self.counts["series in Outlook: made"] += 1

    def write_into_a_room(self) -> None:
        """Put an appointment straight into a room's calendar."""
        self._exchange.meet(
            self._random.choice([MOON, LAKE]), replace(self._words.a_meeting(), rooms=(), attendees=())
        )

    def edit(self) -> None:
        if copy := self._a_meeting():
            self._edit(copy)

    def edit_same(self, uids: Sequence[str]) -> None:
        """Edit the meeting somebody is editing here."""
        for address in OWNERS:
            for copy in self._exchange.copies(address):
                if copy.uid not in uids or not copy.is_organizer:
                    continue
                if copy.content.series and copy.occurrences() and self._random.random() < 0.6:
                    self._change_occurrence(copy, self._random.choice(copy.occurrences()).original_start)
                else:
                    self._edit(copy)

    def _edit(self, copy: Copy) -> None:
        fields = self._words.fields()
        if copy.content.series:
            fields |= self._same_day(copy.content) if "start" in fields else {}
            self.counts["series in Outlook: all changed"] += 1
        self._exchange.edit(copy, **fields)

    def _same_day(self, content: Content) -> dict[str, object]:
        """Move a series to another hour, on the days it has."""
        start = content.start.replace(hour=self._random.randrange(8, 18))
        return {"start": start, "end": start + (content.end - content.start)}

    def call_off(self) -> None:
        if copy := self._a_meeting():
            self._exchange.call_off(copy)

    def delete_quietly(self) -> None:
        if copy := self._a_meeting():
            self._exchange.remove(copy.organizer, copy.uid)

    def move_away(self) -> None:
        if copy := self._a_meeting():
            self._exchange.move_away(copy, copy.organizer)

    def bring_back(self) -> None:
        """Take an item out of Deleted Items, or back from another folder, unless its meeting is there anew."""
        there = {(address, copy.uid) for address in OWNERS for copy in self._exchange.copies(address)}
        gone = [
            (address, copy)
            for address in OWNERS
            for stock in (self._exchange.away.get(address, []), self._exchange.calendars[address].deleted_items)
            for copy in stock
            if copy.is_organizer and (address, copy.uid) not in there
        ]
        if gone:
            self._exchange.bring_back(*self._random.choice(gone))

    def fill(self) -> None:
        """Bring in so many appointments at once that their loss is asked about, as an import does."""
        whose = self._random.choice(OWNERS)
        for day in range(FEW + 1):
            self._exchange.meet(whose, self._words.an_appointment(day))

    def empty(self) -> None:
        """Delete all that is in a calendar, telling nobody; often it is put into another database as well."""
        address = self._random.choice([*OWNERS, *OWNERS, MOON, LAKE])
        for copy in self._exchange.copies(address):
            self._exchange.take_out(address, copy)
        if self._random.random() < MOVED_AS_WELL:
            self._exchange.forget_sync_states(address)

    def copy_item(self) -> None:
        """Put an item of roomd's into its calendar a second time, as programs do that copy whole calendars."""
        there = [copy for address in OWNERS for copy in self._exchange.copies(address)]
        if ours := [copy for copy in there if copy.is_organizer and copy.own_key]:
            self._exchange.double(self._random.choice(ours))

    def change_occurrence(self) -> None:
        if chosen := self._an_occurrence():
            self._change_occurrence(*chosen)

    def _change_occurrence(self, copy: Copy, original_start: datetime) -> None:
        start = original_start + timedelta(hours=self._random.choice([0, 1, 2]))
        times = {"start": start, "end": start + (copy.content.end - copy.content.start)}
        self._exchange.change_occurrence(copy, original_start, title=self._words.word(), **times)
        self.counts["series in Outlook: this changed"] += 1

    def drop_occurrence(self) -> None:
        if chosen := self._an_occurrence():
            self._exchange.drop_occurrence(*chosen)
            self.counts["series in Outlook: this called off"] += 1

    def split(self) -> None:
        """Change this and the following occurrences: the series ends before, and another begins with it."""
        if chosen := self._an_occurrence():
            copy, original_start = chosen
            event = Event(
                id="", origin=Origin.EXCHANGE, organizer=copy.organizer, content=copy.content, uid="",
                created_at=original_start, changed_at=original_start,
            )  # fmt: skip
            change = Change(
                patch=EventPatch(title=self._words.word()), scope=Scope.FOLLOWING, occurrence=original_start
            )
            edit = edited(event, change, (), original_start - timedelta(days=1))
            if edit.follows and edit.content:
                self._exchange.edit(copy, series=edit.content.series)
                self._exchange.meet(copy.organizer, edit.follows)
                self.counts["series in Outlook: this-and-following changed"] += 1

    def leave_occurrence(self) -> None:
        if chosen := self._an_occurrence():
            copy, original_start = chosen
            address = self._random.choice([MOON, LAKE])
            if copy.uid in {each.uid for each in self._exchange.copies(address)}:
                self._exchange.leave_occurrence(address, copy.uid, original_start)

    def answer(self) -> None:
        """Answer an invitation as a guest, or as the person who looks after a room."""
        address = self._random.choice([LI, MOON, LAKE])
        asked = [copy for copy in self._exchange.copies(address) if not copy.is_organizer and copy.is_meeting]
        if asked:
            said = self._random.choice([Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE])
            self._exchange._respond(self._exchange.calendars[address], self._random.choice(asked), said)

    def forget(self) -> None:
        """Move a mailbox to another database: its sync states are worth nothing any more."""
        self._exchange.forget_sync_states(self._random.choice([*OWNERS, MOON, LAKE]))

    def _a_meeting(self) -> Copy | None:
        copies = [copy for address in OWNERS for copy in self._exchange.copies(address) if copy.is_organizer]
        return self._random.choice(copies) if copies else None

    def _an_occurrence(self) -> tuple[Copy, datetime] | None:
        series = [
            copy
            for address in OWNERS
            for copy in self._exchange.copies(address)
            if copy.is_organizer and copy.content.series and copy.occurrences()
        ]
        if not series:
            return None
        copy = self._random.choice(series)
        return copy, self._random.choice(copy.occurrences()).original_start
