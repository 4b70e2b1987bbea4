from collections.abc import Iterator

import pytest
from exchangelib import Account, HTMLBody
from exchangelib.errors import (
    ErrorCalendarIsNotOrganizer,
    ErrorCalendarIsOrganizerForAccept,
    ErrorIrresolvableConflict,
    ErrorItemNotFound,
    ErrorStaleObject,
)
from exchangelib.extended_properties import ExtendedProperty
from exchangelib.items import CalendarItem

from lab.wire import EMMA, GUANGHAN, HOUR, LISI, SHUIJING, TOMORROW, WORKSHOP, ZHANGSAN, Client, meeting
from roomd_lab import Lab, Outlook

TO_ALL = "SendToAllAndSaveCopy"
TO_CHANGED = "SendToChangedAndSaveCopy"


class Key(ExtendedProperty):
    property_set_id = "7f6bd4c3-52a1-4a5e-9d0e-3f1d9b7c2a10"
    property_name = "Key"
    property_type = "String"


@pytest.fixture(autouse=True)
def key_property() -> Iterator[None]:
    CalendarItem.register("key", Key)
    yield
    CalendarItem.deregister("key")


def test_a_booked_room_accepts_and_the_organizers_item_shows_it(zhangsan: Account, guanghan: Account) -> None:
    item = meeting(zhangsan, people=[LISI]).save(send_meeting_invitations=TO_ALL)
    sent_version = item.changekey
    item.refresh()
    (room,) = item.resources
    assert (room.mailbox.email_address, room.response_type) == (GUANGHAN, "Accept")
    assert room.last_response_time is not None
    assert item.changekey != sent_version
    (copy,) = guanghan.calendar.all()
    assert (copy.subject, copy.my_response_type, copy.legacy_free_busy_status) == ("张三", "Accept", "Busy")
    assert copy.uid == item.uid


def test_the_uid_a_client_chose_is_the_uid_of_every_copy(zhangsan: Account, guanghan: Account) -> None:
    meeting(zhangsan, uid="booking-42").save(send_meeting_invitations=TO_ALL)
    assert [item.uid for item in [*zhangsan.calendar.all(), *guanghan.calendar.all()]] == ["booking-42"] * 2


def test_a_clients_own_property_finds_the_organizers_copy_and_stays_off_the_rooms(
    zhangsan: Account, guanghan: Account
) -> None:
    item = meeting(zhangsan, key="A1").save(send_meeting_invitations=TO_ALL)
    meeting(zhangsan, key="A2", start=TOMORROW + HOUR).save(send_meeting_invitations=TO_ALL)
    assert [found.id for found in zhangsan.calendar.filter(key="A1")] == [item.id]
    assert not guanghan.calendar.filter(key="A1").exists()


def test_moving_a_meeting_moves_the_rooms_copy_and_asks_the_room_again(zhangsan: Account, guanghan: Account) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    item.start += HOUR
    item.end += HOUR
    item.save(
        update_fields=["start", "end"], conflict_resolution="NeverOverwrite", send_meeting_invitations=TO_CHANGED
    )
    (copy,) = guanghan.calendar.all()
    assert copy.start == item.start
    assert copy.my_response_type == "Accept"
    assert copy.appointment_sequence_number == 1


def test_an_update_based_on_an_old_version_is_refused(zhangsan: Account, outlook: Outlook) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.subject = "Mine"
    with pytest.raises(ErrorIrresolvableConflict):
        item.save(
            update_fields=["subject"], conflict_resolution="NeverOverwrite", send_meeting_invitations="SendToNone"
        )
    assert outlook.calendar(ZHANGSAN)[0].subject == "Planning"


def test_auto_resolve_overwrites_an_old_version(zhangsan: Account) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.subject = "Mine"
    item.save(update_fields=["subject"], conflict_resolution="AutoResolve", send_meeting_invitations="SendToNone")
    assert zhangsan.calendar.get(subject="Mine").id == item.id


def test_changing_the_room_invites_one_and_releases_the_other(zhangsan: Account, outlook: Outlook) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    item.resources = [SHUIJING]
    item.save(update_fields=["resources"], conflict_resolution="NeverOverwrite", send_meeting_invitations=TO_CHANGED)
    assert outlook.calendar(GUANGHAN) == []
    assert [copy.uid for copy in outlook.calendar(SHUIJING)] == [item.uid]


def test_cancelling_frees_the_room_and_tells_the_people(zhangsan: Account, outlook: Outlook, lab: Lab) -> None:
    item = meeting(zhangsan, people=[LISI]).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    item.cancel()
    assert outlook.calendar(ZHANGSAN) == outlook.calendar(GUANGHAN) == []
    (copy,) = outlook.calendar(LISI)
    assert (copy.subject, copy.is_cancelled) == ("Canceled: Planning", True)
    assert [entry.recipient for entry in lab.mail_log if entry.kind == "MeetingCancellation"] == [LISI, GUANGHAN]


def test_deleting_with_cancellations_cancels(zhangsan: Account, outlook: Outlook) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.move_to_trash(send_meeting_cancellations=TO_ALL)
    assert outlook.calendar(GUANGHAN) == []
    assert [gone.uid for gone in zhangsan.trash.all()] == [
        gone.uid for gone in outlook.folder(ZHANGSAN, "deleteditems")
    ]


def test_deleting_silently_leaves_the_room_booked(zhangsan: Account, outlook: Outlook, lab: Lab) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.soft_delete(send_meeting_cancellations="SendToNone")
    assert outlook.calendar(ZHANGSAN) == []
    assert len(outlook.calendar(GUANGHAN)) == 1
    assert not [entry for entry in lab.mail_log if entry.kind == "MeetingCancellation"]


def test_a_room_without_attendant_waits_until_somebody_answers_for_it(
    client: Client, zhangsan: Account, outlook: Outlook
) -> None:
    item = meeting(zhangsan, rooms=[WORKSHOP]).save(send_meeting_invitations=TO_ALL)
    workshop = client.mailbox(WORKSHOP)
    (copy,) = workshop.calendar.all()
    assert (copy.my_response_type, copy.legacy_free_busy_status) == ("NoResponseReceived", "Tentative")
    copy.accept()
    item.refresh()
    assert item.resources[0].response_type == "Accept"
    assert outlook.calendar(WORKSHOP)[0].free_busy == "Busy"


def test_declining_through_the_request_in_the_inbox_takes_the_copy_away(
    client: Client, zhangsan: Account, outlook: Outlook
) -> None:
    item = meeting(zhangsan, rooms=[WORKSHOP]).save(send_meeting_invitations=TO_ALL)
    (request,) = client.mailbox(WORKSHOP).inbox.all()
    request.decline(body="Under repair")
    item.refresh()
    assert item.resources[0].response_type == "Decline"
    assert outlook.calendar(WORKSHOP) == []
    (notice,) = zhangsan.inbox.all()
    assert (notice.subject, notice.text_body) == ("Declined: Planning", "Under repair")


def test_an_answer_to_an_old_version_is_refused(client: Client, zhangsan: Account, outlook: Outlook) -> None:
    meeting(zhangsan, rooms=[WORKSHOP]).save(send_meeting_invitations=TO_ALL)
    (copy,) = client.mailbox(WORKSHOP).calendar.all()
    outlook.change(ZHANGSAN, copy.uid, subject="Something else")
    with pytest.raises(ErrorStaleObject):
        copy.accept()


def test_only_organizers_cancel_and_only_attendees_answer(zhangsan: Account, guanghan: Account) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    with pytest.raises(ErrorCalendarIsOrganizerForAccept):
        item.accept()
    with pytest.raises(ErrorCalendarIsNotOrganizer):
        next(iter(guanghan.calendar.all())).cancel()


def test_a_moved_item_has_another_id(zhangsan: Account) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    before = item.id
    item.move(to_folder=zhangsan.trash)
    assert item.id != before
    (found,) = zhangsan.fetch([(before, item.changekey)])
    assert isinstance(found, ErrorItemNotFound)


def test_a_meeting_created_silently_is_sent_by_the_first_update_with_mail(
    zhangsan: Account, outlook: Outlook, lab: Lab
) -> None:
    item = meeting(zhangsan).save(send_meeting_invitations="SendToNone")
    assert (outlook.calendar(GUANGHAN), lab.mail_log) == ([], [])
    item.subject = "Planning, for real"
    item.save(update_fields=["subject"], conflict_resolution="NeverOverwrite", send_meeting_invitations=TO_ALL)
    assert outlook.calendar(ZHANGSAN)[0].attendees[0].response == "Accept"


def test_someone_with_rights_writes_straight_into_the_rooms_calendar(client: Client, zhangsan: Account) -> None:
    delegate = client.mailbox(GUANGHAN, account="svc-delegate", delegate=True)
    meeting(delegate, rooms=(), subject="Maintenance").save(send_meeting_invitations="SendToNone")
    item = meeting(zhangsan).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    assert item.resources[0].response_type == "Decline"


def test_an_all_day_item_covers_whole_days_of_its_zone(zhangsan: Account, outlook: Outlook) -> None:
    item = meeting(zhangsan, rooms=(), is_all_day=True).save(send_meeting_invitations="SendToNone")
    (stored,) = outlook.calendar(ZHANGSAN)
    assert stored.end - stored.start == 24 * HOUR
    assert stored.start.hour == 16  # midnight in Shanghai
    item.refresh()
    assert item.start == item.end


def test_a_body_comes_back_as_a_whole_html_page_and_as_text(zhangsan: Account) -> None:
    item = meeting(zhangsan, rooms=(), body=HTMLBody("<p>Bring &amp; share</p>")).save(
        send_meeting_invitations="SendToNone"
    )
    item.refresh()
    assert item.body.startswith("<html>")
    assert item.text_body == "Bring & share"


def test_an_attendee_who_is_added_is_invited_and_nobody_else_gets_mail(
    zhangsan: Account, outlook: Outlook, lab: Lab
) -> None:
    item = meeting(zhangsan, people=[LISI]).save(send_meeting_invitations=TO_ALL)
    item.refresh()
    before = len(lab.mail_log)
    item.required_attendees = [*item.required_attendees, EMMA]
    item.save(
        update_fields=["required_attendees"],
        conflict_resolution="NeverOverwrite",
        send_meeting_invitations=TO_CHANGED,
    )
    assert [entry.recipient for entry in lab.mail_log[before:]] == [EMMA]
    assert len(outlook.calendar(EMMA)) == 1
