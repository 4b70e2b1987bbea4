"""A series in its organizer's calendar: its occurrences, what is changed in them, and what becomes of that."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.series import BERLIN, BERLIN_ID, DAYS, NOW, TEN_TUESDAYS, berlin, book_series, lab_in_september, starts
from lab.wire import GUANGHAN, ZHANGSAN
from roomd_lab import ExchangeError, FolderName, Lab, Outlook
from roomd_lab.model.changes import SyncState
from roomd_lab.model.ids import clean, instance_date
from roomd_lab.model.items import ItemType
from roomd_lab.model.recurrence.patterns import Daily, Recurrence, Weekly
from roomd_lab.model.series import occurrence_at
from roomd_lab.model.zones import zone_info
from roomd_lab.state import load, save


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def at_ten(days: list[date]) -> list[datetime]:
    return [datetime.combine(day, time(10)) for day in days]


def test_a_series_keeps_its_wall_time_when_the_clocks_change(outlook: Outlook) -> None:
    book_series(outlook)
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert {item.start.hour for item in shown} == {8, 9}
    assert {item.type for item in shown} == {ItemType.OCCURRENCE}


def test_one_item_is_stored_whatever_the_series_shows(outlook: Outlook) -> None:
    book_series(outlook)
    (master,) = outlook.calendar(ZHANGSAN)
    assert (master.type, master.start) == (ItemType.MASTER, berlin(DAYS[0], 10))


def test_occurrences_have_ids_of_their_own_and_the_masters_version(outlook: Outlook) -> None:
    master = book_series(outlook)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert len({item.item_id for item in (master, *shown)}) == 11
    assert {item.change_key for item in shown} == {master.change_key}
    assert [instance_date(item.global_object_id) for item in shown] == DAYS
    assert {clean(item.global_object_id) for item in shown} == {master.global_object_id}


def test_a_series_begins_on_the_first_day_its_pattern_has(outlook: Outlook) -> None:
    early = replace(TEN_TUESDAYS, first=DAYS[0] - timedelta(days=4))
    master = book_series(outlook, recurrence=early)
    assert master.recurrence == TEN_TUESDAYS
    assert master.start == berlin(DAYS[0], 10)


def test_an_occurrence_that_is_moved_becomes_an_exception_and_nothing_else_moves(outlook: Outlook) -> None:
    master = book_series(outlook)
    wednesday = DAYS[2] + timedelta(days=1)
    moved = outlook.move(ZHANGSAN, master.uid, on=DAYS[2], start=berlin(wednesday, 14), end=berlin(wednesday, 15))
    assert (moved.type, moved.original_start) == (ItemType.EXCEPTION, berlin(DAYS[2], 10))
    expected = at_ten(DAYS)
    expected[2] = datetime.combine(wednesday, time(14))
    assert starts(outlook, ZHANGSAN) == expected
    assert list(outlook.meeting(ZHANGSAN, master.uid).exceptions) == [DAYS[2]]


def test_what_is_left_alone_in_an_exception_follows_the_series(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    outlook.change(ZHANGSAN, master.uid, subject="All hands", location="Hall")
    changed, usual = (outlook.meeting(ZHANGSAN, master.uid, on=day) for day in DAYS[1:3])
    assert (changed.subject, changed.location) == ("Guests", "Hall")
    assert (usual.subject, usual.location) == ("All hands", "Hall")


def test_a_deleted_occurrence_is_gone_and_nothing_of_it_is_in_deleted_items(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[3])
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS[:3] + DAYS[4:])
    assert outlook.folder(ZHANGSAN, FolderName.DELETED) == []
    assert outlook.meeting(ZHANGSAN, master.uid).deletions == {DAYS[3]}
    with pytest.raises(ExchangeError, match="ErrorItemNotFound"):
        outlook.meeting(ZHANGSAN, master.uid, on=DAYS[3])


def test_a_moved_occurrence_that_is_deleted_leaves_the_day_it_came_from(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.move(ZHANGSAN, master.uid, on=DAYS[3], start=berlin(DAYS[3], 16), end=berlin(DAYS[3], 17))
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[3])
    after = outlook.meeting(ZHANGSAN, master.uid)
    assert (dict(after.exceptions), after.deletions) == ({}, {DAYS[3]})


def test_every_change_of_an_occurrence_is_an_update_of_the_master_in_the_feed(lab: Lab, outlook: Outlook) -> None:
    master = book_series(outlook)
    journal = lab.organization.mailbox(ZHANGSAN).calendar.journal
    state = journal.page(SyncState(), 10).state
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[2])
    page = journal.page(state, 10)
    assert [(change.kind, change.item_id) for change in page.changes] == [("Update", master.item_id)]


def test_an_occurrence_is_found_by_its_index_and_deleted_ones_count(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[1])
    after = outlook.meeting(ZHANGSAN, master.uid)
    assert occurrence_at(after, 3).start == berlin(DAYS[2], 10)
    with pytest.raises(ExchangeError, match="ErrorCalendarOccurrenceIsDeletedFromRecurrence"):
        occurrence_at(after, 2)
    for index in (0, 11):
        with pytest.raises(ExchangeError, match="ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"):
            occurrence_at(after, index)


@pytest.mark.parametrize(("weeks", "hour", "length"), [(1, 10, 1), (2, 10, 1), (1, 9, 2), (-1, 9, 1), (-1, 10, 1)])
def test_an_occurrence_cannot_pass_its_neighbours_or_touch_them(
    outlook: Outlook, weeks: int, hour: int, length: int
) -> None:
    master = book_series(outlook)
    day = DAYS[4] + timedelta(weeks=weeks)
    with pytest.raises(ExchangeError, match="ErrorOccurrenceCrossingBoundary"):
        outlook.move(
            ZHANGSAN, master.uid, on=DAYS[4], start=berlin(day, hour), end=berlin(day, hour) + timedelta(hours=length)
        )


def test_an_occurrence_may_go_where_a_deleted_neighbour_was(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[5])
    outlook.move(ZHANGSAN, master.uid, on=DAYS[4], start=berlin(DAYS[5], 10), end=berlin(DAYS[5], 11))
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS[:4] + DAYS[5:])


def test_occurrences_longer_than_the_time_between_them_are_refused(outlook: Outlook) -> None:
    daily = Recurrence(pattern=Daily(), first=DAYS[0], count=3)
    with pytest.raises(ExchangeError, match="ErrorOccurrenceTimeSpanTooBig"):
        book_series(outlook, recurrence=daily, end=berlin(DAYS[0] + timedelta(days=1), 11))


def test_a_recurrence_without_occurrence_is_refused(outlook: Outlook) -> None:
    with pytest.raises(ExchangeError, match="ErrorRecurrenceHasNoOccurrence"):
        book_series(outlook, recurrence=replace(TEN_TUESDAYS, count=None, until=DAYS[0] - timedelta(days=1)))


def test_a_new_time_of_the_series_drops_what_was_different(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[2])
    outlook.move(ZHANGSAN, master.uid, start=berlin(DAYS[0], 12), end=berlin(DAYS[0], 13))
    after = outlook.meeting(ZHANGSAN, master.uid)
    assert (dict(after.exceptions), after.deletions) == ({}, frozenset())
    assert starts(outlook, ZHANGSAN) == [datetime.combine(day, time(12)) for day in DAYS]


def test_a_new_end_of_the_series_keeps_what_still_fits(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    outlook.delete(ZHANGSAN, master.uid, on=DAYS[8])
    outlook.change(ZHANGSAN, master.uid, recurrence=replace(TEN_TUESDAYS, count=5))
    after = outlook.meeting(ZHANGSAN, master.uid)
    assert (list(after.exceptions), after.deletions) == ([DAYS[1]], frozenset())
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS[:5])


def test_a_series_whose_start_moves_to_another_day_begins_there_or_after_it(outlook: Outlook) -> None:
    master = book_series(outlook)
    outlook.move(ZHANGSAN, master.uid, start=berlin(DAYS[1], 12), end=berlin(DAYS[1], 13))
    assert starts(outlook, ZHANGSAN)[0] == datetime.combine(DAYS[1], time(12))
    assert len(starts(outlook, ZHANGSAN)) == 10


def test_a_single_meeting_becomes_a_series_and_single_again(outlook: Outlook) -> None:
    item = outlook.book(ZHANGSAN, subject="Once", start=berlin(DAYS[0], 10), end=berlin(DAYS[0], 11), zone=BERLIN_ID)
    outlook.change(ZHANGSAN, item.uid, recurrence=TEN_TUESDAYS)
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS)
    outlook.delete(ZHANGSAN, item.uid, on=DAYS[1])
    outlook.change(ZHANGSAN, item.uid, recurrence=None)
    (single,) = outlook.calendar(ZHANGSAN)
    assert (single.type, single.slot, single.deletions) == (ItemType.SINGLE, None, frozenset())
    assert starts(outlook, ZHANGSAN) == at_ten(DAYS[:1])


def test_this_and_following_ends_one_series_and_begins_another(outlook: Outlook) -> None:
    master = book_series(outlook, rooms=[GUANGHAN])
    outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    outlook.change(ZHANGSAN, master.uid, on=DAYS[7], subject="Guests")
    second = outlook.this_and_following(
        ZHANGSAN, master.uid, on=DAYS[6], start=berlin(DAYS[6], 15), end=berlin(DAYS[6], 16)
    )
    assert second.uid != master.uid
    later = [datetime.combine(day, time(15)) for day in DAYS[6:]]
    assert starts(outlook, ZHANGSAN) == starts(outlook, GUANGHAN) == at_ten(DAYS[:6]) + later
    assert list(outlook.meeting(ZHANGSAN, master.uid).exceptions) == [DAYS[1]]
    assert [str(a.response) for a in second.attendees] == ["Accept"]


def test_this_and_following_from_the_first_on_is_a_change_of_all(outlook: Outlook) -> None:
    master = book_series(outlook)
    changed = outlook.this_and_following(ZHANGSAN, master.uid, on=DAYS[0], subject="Other")
    assert (changed.uid, changed.subject) == (master.uid, "Other")


def test_a_series_without_end_is_shown_as_far_as_one_looks(outlook: Outlook) -> None:
    book_series(outlook, rooms=[], recurrence=Recurrence(pattern=Daily(), first=DAYS[0]))
    far = berlin(date(2036, 1, 1), 0)
    assert len(outlook.calendar_between(ZHANGSAN, far, far + timedelta(days=31))) == 31


@settings(max_examples=150, deadline=None)
@given(
    day=st.integers(0, 40),
    hours=st.integers(0, 400),
    hour=st.integers(0, 23),
    minutes=st.integers(5, 7 * 24 * 60),
    zone=st.sampled_from([BERLIN_ID, "Dateline Standard Time", "Line Islands Standard Time"]),
)
def test_a_view_shows_what_the_whole_series_shows_between_its_edges(
    day: int, hours: int, hour: int, minutes: int, zone: str
) -> None:
    outlook = lab_in_september().outlook
    start = datetime(2026, 10, 1, hour, tzinfo=zone_info(zone))
    outlook.book_series(
        ZHANGSAN,
        subject="x",
        start=start,
        end=start + timedelta(minutes=minutes),
        zone=zone,
        recurrence=Recurrence(pattern=Weekly(days=frozenset((3,))), first=date(2026, 10, 1), count=15),
    )
    everything = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=400))
    assert len(everything) == 15
    begins = berlin(date(2026, 9, 29) + timedelta(days=day), 5)
    ends = begins + timedelta(hours=hours)
    shown = outlook.calendar_between(ZHANGSAN, begins, ends)
    assert [item.item_id for item in shown] == [i.item_id for i in everything if i.overlaps(begins, ends)]


def test_the_zone_of_the_series_decides_and_not_that_of_the_looker(outlook: Outlook) -> None:
    book_series(outlook)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert {item.start.astimezone(BERLIN).hour for item in shown} == {10}


def test_a_series_survives_a_restart_of_the_lab(lab: Lab, tmp_path: Path) -> None:
    master = book_series(lab.outlook)
    lab.outlook.change(ZHANGSAN, master.uid, on=DAYS[1], subject="Guests")
    lab.outlook.delete(ZHANGSAN, master.uid, on=DAYS[2])
    save(lab, tmp_path / "lab.state")
    company, organization = load(tmp_path / "lab.state") or pytest.fail("nothing was saved")
    again = Lab(company, organization=organization)
    assert again.outlook.meeting(ZHANGSAN, master.uid) == lab.outlook.meeting(ZHANGSAN, master.uid)
    assert starts(again.outlook, ZHANGSAN) == starts(lab.outlook, ZHANGSAN)
