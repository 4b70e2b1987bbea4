"""Series as exchangelib books, reads and changes them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from exchangelib import Account, CalendarItem, EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.errors import (
    ErrorCalendarCannotMoveOrCopyOccurrence,
    ErrorCalendarCannotUseIdForOccurrenceId,
    ErrorCalendarCannotUseIdForRecurringMasterId,
    ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange,
    ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    ErrorItemNotFound,
    ErrorOccurrenceCrossingBoundary,
    ErrorOccurrenceTimeSpanTooBig,
)
from exchangelib.extended_properties import ExtendedProperty
from exchangelib.properties import OccurrenceItemId, RecurringMasterItemId
from exchangelib.recurrence import (
    AbsoluteMonthlyPattern,
    AbsoluteYearlyPattern,
    DailyPattern,
    Recurrence,
    RelativeMonthlyPattern,
    RelativeYearlyPattern,
    WeeklyPattern,
)

from lab.series import BERLIN_ID, DAYS, NOW, berlin, book_series, lab_in_september
from lab.wire import GUANGHAN, LISI, ZHANGSAN, Client, envelope, meeting
from roomd_lab import Lab, Outlook
from roomd_lab.model.ids import instance_date

TO_ALL = "SendToAllAndSaveCopy"
BERLIN = EWSTimeZone("Europe/Berlin")
TEN_TUESDAYS = Recurrence(
    pattern=WeeklyPattern(interval=1, weekdays=["Tuesday"]), start=EWSDate.from_date(DAYS[0]), number=10
)


class GlobalIdentity(ExtendedProperty):
    distinguished_property_set_id = "Meeting"
    property_id = 0x03
    property_type = "Binary"


@pytest.fixture(autouse=True)
def identity_property() -> Iterator[None]:
    CalendarItem.register("identity", GlobalIdentity)
    yield
    CalendarItem.deregister("identity")


@pytest.fixture
def lab() -> Lab:
    return lab_in_september()


def at(day: date, hour: int) -> EWSDateTime:
    return EWSDateTime(day.year, day.month, day.day, hour, tzinfo=BERLIN)


def series(account: Account, *, recurrence: Recurrence = TEN_TUESDAYS, **fields: Any) -> CalendarItem:
    item = meeting(account, recurrence=recurrence, **fields)
    item.start, item.end = at(DAYS[0], 10), at(DAYS[0], 11)
    item.save(send_meeting_invitations=TO_ALL)
    item.refresh()
    return item


def view(account: Account) -> list[CalendarItem]:
    return list(account.calendar.view(start=at(NOW.date(), 0), end=at(NOW.date() + timedelta(days=300), 0)))


def test_a_series_is_shown_in_every_calendar_at_its_wall_time(zhangsan: Account, guanghan: Account) -> None:
    series(zhangsan)
    for account in (zhangsan, guanghan):
        shown = view(account)
        assert [item.start for item in shown] == [at(day, 10) for day in DAYS]
        assert {(item.type, item.is_recurring) for item in shown} == {("Occurrence", True)}


def test_the_feed_and_a_search_give_the_master_alone(zhangsan: Account, guanghan: Account) -> None:
    series(zhangsan)
    for account, recurring in ((zhangsan, False), (guanghan, True)):
        ((kind, item),) = account.calendar.sync_items()
        assert (kind, item.type, item.is_recurring, item.recurrence) == ("create", "RecurringMaster", recurring, None)
        (found,) = account.calendar.all()
        assert found.id == item.id


def test_a_master_tells_everything_about_its_series(zhangsan: Account) -> None:
    item = series(zhangsan)
    third = item.occurrence(3)
    third.refresh()
    third.start, third.end = at(DAYS[2], 15), at(DAYS[2], 16)
    third.save(update_fields=["start", "end"], send_meeting_invitations=TO_ALL)
    item.occurrence(10).delete(send_meeting_cancellations=TO_ALL)
    item.refresh()
    assert item.recurrence.pattern.weekdays == [2]
    assert (item.recurrence.boundary.start, item.recurrence.boundary.number) == (DAYS[0], 10)
    assert (item.first_occurrence.start, item.last_occurrence.start) == (at(DAYS[0], 10), at(DAYS[8], 10))
    (changed,) = item.modified_occurrences
    assert (changed.start, changed.original_start) == (at(DAYS[2], 15), at(DAYS[2], 10))
    third.refresh()
    assert (changed.id, third.type) == (third.id, "Exception")
    (deleted,) = item.deleted_occurrences
    assert deleted.start == at(DAYS[9], 10)


def test_an_occurrence_is_got_by_index_by_id_and_its_master_by_either(zhangsan: Account) -> None:
    item = series(zhangsan)
    third = item.occurrence(3)
    third.refresh()
    shown = view(zhangsan)[2]
    assert (third.id, third.start, third.type) == (shown.id, at(DAYS[2], 10), "Occurrence")
    assert (third.original_start, third.recurrence_id) == (at(DAYS[2], 10), at(DAYS[2], 10))
    master = shown.recurring_master()
    master.refresh()
    assert (master.id, master.type) == (item.id, "RecurringMaster")
    assert third.uid == item.uid


def test_only_the_instance_date_tells_the_identities_of_occurrences_apart(zhangsan: Account) -> None:
    item = series(zhangsan)
    identities = [occurrence.identity for occurrence in view(zhangsan)]
    assert [instance_date(identity) for identity in identities] == DAYS
    assert {identity[:16] + b"\0\0\0\0" + identity[20:] for identity in identities} == {item.identity}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (DailyPattern(interval=3), ["2026-09-29", "2026-10-02", "2026-10-05"]),
        (
            WeeklyPattern(interval=2, weekdays=["Tuesday", "Friday"], first_day_of_week="Monday"),
            ["2026-09-29", "2026-10-02", "2026-10-13"],
        ),
        (AbsoluteMonthlyPattern(interval=1, day_of_month=31), ["2026-09-30", "2026-10-31", "2026-11-30"]),
        (
            RelativeMonthlyPattern(interval=2, weekday="Weekday", week_number="Last"),
            ["2026-09-30", "2026-11-30", "2027-01-29"],
        ),
        (AbsoluteYearlyPattern(day_of_month=29, month="February"), ["2027-02-28", "2028-02-29", "2029-02-28"]),
        (
            RelativeYearlyPattern(weekday="Thursday", week_number="Fourth", month="November"),
            ["2026-11-26", "2027-11-25", "2028-11-23"],
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_every_pattern_comes_back_as_it_was_sent_and_falls_where_it_says(
    zhangsan: Account, outlook: Outlook, pattern: Any, expected: list[str]
) -> None:
    item = series(
        zhangsan, rooms=(), recurrence=Recurrence(pattern=pattern, start=EWSDate.from_date(DAYS[0]), number=3)
    )
    assert item.recurrence.pattern == pattern
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=2000))
    assert [each.start.astimezone(BERLIN).date().isoformat() for each in shown] == expected
    assert item.first_occurrence.start == item.start


def test_a_series_ends_on_a_day_or_never(zhangsan: Account) -> None:
    pattern = WeeklyPattern(interval=1, weekdays=["Tuesday"])
    dated = series(
        zhangsan,
        rooms=(),
        recurrence=Recurrence(pattern=pattern, start=EWSDate.from_date(DAYS[0]), end=EWSDate.from_date(DAYS[4])),
    )
    assert (dated.recurrence.boundary.end, dated.last_occurrence.start) == (DAYS[4], at(DAYS[4], 10))
    endless = series(zhangsan, rooms=(), recurrence=Recurrence(pattern=pattern, start=EWSDate.from_date(DAYS[0])))
    assert type(endless.recurrence.boundary).__name__ == "NoEndPattern"
    assert endless.last_occurrence is None


def test_an_update_of_one_occurrence_is_mailed_for_it_alone(zhangsan: Account, lab: Lab, client: Client) -> None:
    series(zhangsan, people=[LISI])
    before = len(lab.mail_log)
    occurrence = view(zhangsan)[4]
    occurrence.refresh()
    occurrence.subject = "Guests"
    occurrence.save(update_fields=["subject"], conflict_resolution="NeverOverwrite", send_meeting_invitations=TO_ALL)
    assert {entry.original_start for entry in lab.mail_log[before:]} == {at(DAYS[4], 10)}
    lisi = client.mailbox(LISI)
    assert [item.subject for item in view(lisi)] == ["Planning"] * 4 + ["Guests"] + ["Planning"] * 5
    exception = view(lisi)[4]
    assert (exception.type, exception.is_recurring) == ("Exception", True)
    request = next(m for m in lisi.inbox.all() if m.subject == "Guests")
    assert (request.type, request.original_start, request.is_recurring) == ("Exception", at(DAYS[4], 10), True)
    request.accept()
    occurrence.refresh()
    assert occurrence.required_attendees[0].response_type == "Accept"


def test_one_occurrence_is_cancelled(zhangsan: Account, guanghan: Account, lab: Lab) -> None:
    series(zhangsan)
    before = len(lab.mail_log)
    occurrence = view(zhangsan)[1]
    occurrence.refresh()
    occurrence.cancel()
    assert [(str(e.kind), e.original_start) for e in lab.mail_log[before:]] == [
        ("MeetingCancellation", at(DAYS[1], 10))
    ]
    assert len(view(zhangsan)) == len(view(guanghan)) == 9
    assert not zhangsan.trash.all().exists()


def test_a_room_declines_one_occurrence_by_hand(zhangsan: Account, guanghan: Account) -> None:
    series(zhangsan)
    view(guanghan)[6].decline()
    assert len(view(guanghan)) == 9
    shown = view(zhangsan)
    assert len(shown) == 10
    shown[6].refresh()
    assert (shown[6].type, shown[6].resources[0].response_type) == ("Exception", "Decline")


def test_the_whole_series_is_changed_through_its_master(zhangsan: Account, guanghan: Account) -> None:
    item = series(zhangsan)
    item.start, item.end = at(DAYS[0], 13), at(DAYS[0], 14)
    item.save(update_fields=["start", "end"], send_meeting_invitations=TO_ALL)
    assert [each.start for each in view(guanghan)] == [at(day, 13) for day in DAYS]
    item.refresh()
    item.recurrence = Recurrence(
        pattern=WeeklyPattern(interval=2, weekdays=["Tuesday"]), start=EWSDate.from_date(DAYS[0]), number=3
    )
    item.save(update_fields=["recurrence"], send_meeting_invitations=TO_ALL)
    assert [each.start for each in view(guanghan)] == [at(day, 13) for day in DAYS[:5:2]]


def test_a_single_item_becomes_a_series_and_single_again(zhangsan: Account) -> None:
    item = meeting(zhangsan, rooms=())
    item.start, item.end = at(DAYS[0], 10), at(DAYS[0], 11)
    item.save(send_meeting_invitations=TO_ALL)
    item.refresh()
    item.recurrence = TEN_TUESDAYS
    item.save(update_fields=["recurrence", "start", "end"], send_meeting_invitations=TO_ALL)
    assert [each.start for each in view(zhangsan)] == [at(day, 10) for day in DAYS]
    item.refresh()
    item.recurrence = None
    item.save(update_fields=["recurrence"], send_meeting_invitations=TO_ALL)
    assert [each.type for each in view(zhangsan)] == ["Single"]


def test_who_deletes_the_master_deletes_the_series(zhangsan: Account, guanghan: Account) -> None:
    series(zhangsan).move_to_trash(send_meeting_cancellations=TO_ALL)
    assert view(zhangsan) == view(guanghan) == []


def test_a_deleted_occurrence_cannot_be_had_any_more(zhangsan: Account) -> None:
    item = series(zhangsan)
    second = view(zhangsan)[1]
    known = (second.id, second.changekey)
    second.delete(send_meeting_cancellations="SendToNone")
    (gone,) = zhangsan.fetch([known])
    assert isinstance(gone, ErrorItemNotFound)
    with pytest.raises(ErrorCalendarOccurrenceIsDeletedFromRecurrence):
        item.occurrence(2).refresh()
    with pytest.raises(ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange):
        item.occurrence(11).refresh()


def test_occurrence_and_master_ids_are_not_taken_for_each_other(zhangsan: Account) -> None:
    item, occurrence = series(zhangsan), view(zhangsan)[0]
    with pytest.raises(ErrorCalendarCannotUseIdForRecurringMasterId):
        list(zhangsan.fetch([OccurrenceItemId(id=occurrence.id, instance_index=1)]))
    with pytest.raises(ErrorCalendarCannotUseIdForOccurrenceId):
        list(zhangsan.fetch([RecurringMasterItemId(id=item.id)]))


def test_occurrences_cannot_pass_each_other_nor_overlap_nor_be_moved_away(zhangsan: Account) -> None:
    series(zhangsan)
    occurrence = view(zhangsan)[1]
    occurrence.refresh()
    with pytest.raises(ErrorCalendarCannotMoveOrCopyOccurrence):
        occurrence.move(zhangsan.trash)
    occurrence.start, occurrence.end = at(DAYS[2], 10), at(DAYS[2], 11)
    with pytest.raises(ErrorOccurrenceCrossingBoundary):
        occurrence.save(update_fields=["start", "end"], send_meeting_invitations=TO_ALL)
    daily = Recurrence(pattern=DailyPattern(interval=1), start=EWSDate.from_date(DAYS[0]), number=2)
    item = meeting(zhangsan, rooms=(), recurrence=daily)
    item.start, item.end = at(DAYS[0], 10), at(DAYS[1], 10)
    with pytest.raises(ErrorOccurrenceTimeSpanTooBig):
        item.save(send_meeting_invitations=TO_ALL)


def test_a_view_can_be_cut_short(zhangsan: Account) -> None:
    series(zhangsan)
    start, end = at(NOW.date(), 0), at(NOW.date() + timedelta(days=300), 0)
    cut = list(zhangsan.calendar.view(start=start, end=end, max_items=3))
    assert [item.start for item in cut] == [at(day, 10) for day in DAYS[:3]]


def test_occurrences_are_busy_and_say_that_they_recur(client: Client, zhangsan: Account) -> None:
    series(zhangsan)
    second = view(zhangsan)[1]
    second.refresh()
    second.start, second.end = at(DAYS[1], 12), at(DAYS[1], 13)
    second.save(update_fields=["start", "end"], send_meeting_invitations=TO_ALL)
    delegate = client.mailbox(GUANGHAN, account="svc-delegate", delegate=True)
    (busy,) = delegate.protocol.get_free_busy_info(
        [(GUANGHAN, "Room", False)], start=at(DAYS[0], 0), end=at(DAYS[3], 0), requested_view="DetailedMerged"
    )
    told = [(e.start, e.details.is_recurring, e.details.is_exception) for e in busy.calendar_events]
    assert told == [(at(DAYS[0], 10), True, False), (at(DAYS[1], 12), True, True), (at(DAYS[2], 10), True, False)]


def test_an_all_day_series_covers_whole_days_on_both_sides_of_a_clock_change(
    zhangsan: Account, outlook: Outlook
) -> None:
    daily = Recurrence(pattern=DailyPattern(interval=1), start=EWSDate(2026, 10, 24), number=3)
    item = meeting(zhangsan, rooms=(), recurrence=daily, is_all_day=True)
    item.start = item.end = EWSDate(2026, 10, 24)
    item.save(send_meeting_invitations=TO_ALL)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert [each.start for each in shown[1:]] == [each.end for each in shown[:-1]]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("<t:DailyRegeneration><t:Interval>1</t:Interval></t:DailyRegeneration>", "ErrorSchemaValidation"),
        (
            (
                "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek>"
                "</t:WeeklyRecurrence>"
            ),
            "ErrorCalendarInvalidDayForWeeklyRecurrence",
        ),
        ("<t:DailyRecurrence><t:Interval>0</t:Interval></t:DailyRecurrence>", "ErrorCalendarOutOfRange"),
        (
            (
                "<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek>"
                "<t:DayOfWeekIndex>Fifth</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>"
            ),
            "ErrorSchemaValidation",
        ),
    ],
)
def test_a_pattern_calendar_items_cannot_have_is_refused(client: Client, pattern: str, code: str) -> None:
    start = f"<t:NoEndRecurrence><t:StartDate>{DAYS[0]}</t:StartDate></t:NoEndRecurrence>"
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Recurrence>'
        f"{pattern}{start}</t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>"
    )
    assert code in client.post(envelope(request, acts_as=ZHANGSAN))[1].decode()


def test_a_series_without_zone_repeats_in_the_zone_of_the_request(client: Client, outlook: Outlook) -> None:
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
        f"<t:Start>{DAYS[0]}T10:00:00</t:Start><t:End>{DAYS[0]}T11:00:00</t:End>"
        "<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence>"
        f"<t:StartDate>{DAYS[0]}+02:00</t:StartDate><t:NumberOfOccurrences>60</t:NumberOfOccurrences>"
        "</t:NumberedRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>"
    )
    zone = '<t:TimeZoneContext><t:TimeZoneDefinition Id="W. Europe Standard Time"/></t:TimeZoneContext>'
    body = envelope(request, acts_as=ZHANGSAN).replace(b"</s:Header>", zone.encode() + b"</s:Header>")
    client.post(body)
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert {item.start.astimezone(BERLIN).hour for item in shown} == {10}
    assert {item.start.hour for item in shown} == {8, 9}
    assert datetime.fromisoformat(str(shown[0].start)) == at(DAYS[0], 10)


def test_a_single_item_that_recurs_without_its_zone_repeats_in_that_of_the_request(
    client: Client, outlook: Outlook
) -> None:
    item = outlook.book(ZHANGSAN, subject="Once", start=berlin(DAYS[0], 10), end=berlin(DAYS[0], 11), zone=BERLIN_ID)
    recurrence = (
        "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek>"
        f"</t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>{DAYS[0]}</t:StartDate><t:NumberOfOccurrences>10"
        "</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>"
    )
    reference = f'<t:ItemId Id="{item.item_id}" ChangeKey="{item.change_key}"/>'
    client.post(envelope(update(reference, "calendar:Recurrence", recurrence), acts_as=ZHANGSAN))
    shown = outlook.calendar_between(ZHANGSAN, NOW, NOW + timedelta(days=300))
    assert {each.start.hour for each in shown} == {8}
    assert {each.start.astimezone(BERLIN).hour for each in shown} == {9, 10}


def test_an_occurrence_is_changed_by_its_index_under_the_masters_version(client: Client, outlook: Outlook) -> None:
    master = book_series(outlook, rooms=[])
    subject = "<t:Subject>Third</t:Subject>"
    for change_key, code in (
        ("", "ErrorChangeKeyRequired"),
        (master.change_key, "NoError"),
        (master.change_key, "Irr"),
    ):
        reference = (
            f'<t:OccurrenceItemId RecurringMasterId="{master.item_id}" ChangeKey="{change_key}" InstanceIndex="3"/>'
        )
        _, answer = client.post(envelope(update(reference, "item:Subject", subject), acts_as=ZHANGSAN))
        assert code in answer.decode()
    assert outlook.meeting(ZHANGSAN, master.uid, on=DAYS[2]).subject == "Third"


def update(reference: str, path: str, field: str) -> str:
    return (
        '<m:UpdateItem ConflictResolution="NeverOverwrite" SendMeetingInvitationsOrCancellations="SendToNone">'
        f'<m:ItemChanges><t:ItemChange>{reference}<t:Updates><t:SetItemField><t:FieldURI FieldURI="{path}"/>'
        f"<t:CalendarItem>{field}</t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges>"
        "</m:UpdateItem>"
    )
