"""What people do here with series: book them, and change or call off one occurrence, all that follow, or all."""

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from core.sync.house import LAKE, MOON, USER
from core.sync.simulated_copy import EVER
from core.sync.simulation.here import Here
from core.sync.simulation.people import OWNERS
from roomd_core.api.wire import EventPatch, Scope
from roomd_core.booking.ledger import Deed, known_event, save
from roomd_core.booking.outcome import Known, booked, cancelled, changed
from roomd_core.booking.rules import Draft
from roomd_core.booking.series_edits import Change, Edit, called_off, edited
from roomd_core.errors import ExceptionsLost, Invalid, NotFound, StoreError
from roomd_core.model import ChangeKind, Content, Event, EventStatus
from roomd_core.occurrences import times_of
from roomd_core.recurrence import Occurrence, occurrences_between
from roomd_core.store import Tables

HOUR = timedelta(hours=1)


class SeriesHere(Here):
    """Does all that ``Here`` does, and the same with series."""

    async def book_series(self) -> None:
        await self.book(self._words.a_series())
        self.counts["series here: booked"] += 1

    async def change_series(self) -> None:
        if found := await self._an_occurrence():
            known, one = found
            scope = self._random.choice([Scope.THIS, Scope.THIS, Scope.FOLLOWING, Scope.ALL])
            change = Change(
                patch=self._patch(one),
                scope=scope,
                occurrence=one.original_start,
                drop_exceptions=self._random.random() < 0.5,
            )
            await self._rework(f"{scope} changed", known, lambda e: edited(e, change, known.mailboxes, self._now()))

    async def call_some_off(self) -> None:
        if found := await self._an_occurrence():
            known, one = found
            scope = self._random.choice([Scope.THIS, Scope.THIS, Scope.FOLLOWING])
            await self._rework(f"{scope} called off", known, lambda e: called_off(e, scope, one.original_start))

    def _patch(self, one: Occurrence) -> EventPatch:
        start = one.start + self._random.choice([-1, 1, 2]) * HOUR
        rooms = self._random.choice([(MOON,), (LAKE,), (MOON, LAKE)])
        choices = [
            EventPatch(title=self._words.word()),
            EventPatch(location=self._words.word(), body=self._words.word()),
            EventPatch(start=start, end=start + (one.end - one.start)),
            EventPatch(rooms=rooms),
        ]
        return self._random.choice(choices)

    async def _rework(self, what: str, seen: Known, edit_of: Callable[[Event], Edit]) -> None:
        """Save what somebody wants of a series as he saw it; it is refused if it has changed since, or cannot be."""
        try:
            edit = edit_of(seen.event)
        except (Invalid, NotFound, ExceptionsLost):
            return
        if edit.content is None:
            await self._amend(ChangeKind.CANCELLED, seen, lambda newer: cancelled(newer, actor=USER, now=self._now()))
            return
        with suppress(StoreError):
            async with self._daemon.store.write() as tables:
                newer = await known_event(tables, seen.event.id)
                if newer.event.version != seen.event.version or newer.in_step_with(edit.content):
                    return
                done = await self._save(tables, newer, edit.content)
                follows = await self._follow(tables, newer.event, edit.follows) if edit.follows else None
            done()
            if follows:
                follows()
            self.counts[f"series here: {what}"] += 1

    async def _save(self, tables: Tables, known: Known, content: Content) -> Callable[[], None]:
        before = known.event.content
        outcome = changed(known, content, actor=USER, now=self._now())
        done = self._note(ChangeKind.CHANGED, outcome.event, before, content)
        await save(tables, outcome, Deed(kind=ChangeKind.CHANGED, actor=USER, at=self._now(), before=before))
        return done

    async def _follow(self, tables: Tables, first: Event, content: Content) -> Callable[[], None]:
        """Book the series that follows one that ends earlier now, as the booking service does."""
        waiting = await tables.operations.open_of_event(first.id)
        second = booked(Draft(organizer=self._mailboxes[first.organizer], content=content), self._now())
        done = self._note(ChangeKind.CREATED, second.event, None, content)
        self._history.commands[-1] = dataclasses.replace(self._history.commands[-1], follows=first.id)
        made = Deed(kind=ChangeKind.CREATED, actor=USER, at=self._now())
        await save(tables, second, made, after=waiting[-1].id)
        return done

    async def _an_occurrence(self) -> tuple[Known, Occurrence] | None:
        """Choose a series that stands, and one of its occurrences."""
        async with self._daemon.store.read() as tables:
            rows = await tables.events._rows(
                "SELECT id FROM event WHERE recurring = 1 AND status = :status"
                f" AND organizer IN (SELECT value FROM json_each(:o)) ORDER BY {self.order}",
                o=f'["{OWNERS[0]}", "{OWNERS[1]}"]',
                status=EventStatus.CONFIRMED,
            )
            if not rows:
                return None
            known = await known_event(tables, self._random.choice(rows)[0])
        return (known, self._random.choice(shown)) if (shown := _shown(known.event.content)) else None


def _shown(content: Content) -> list[Occurrence]:
    return occurrences_between(content.series, times_of(content), *EVER) if content.series else []
