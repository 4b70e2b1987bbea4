from collections.abc import Iterator
from datetime import datetime, timedelta

import exchangelib
import pytest
from exchangelib import Account
from exchangelib.errors import (
    ErrorCalendarViewRangeTooBig,
    ErrorInvalidSyncStateData,
    ErrorMailRecipientNotFound,
    ErrorTimeIntervalTooBig,
)
from exchangelib.extended_properties import ExtendedProperty
from exchangelib.items import CalendarItem

from lab.wire import EMMA, GUANGHAN, HOUR, SHUIJING, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import CalendarItem as LabItem
from roomd_lab import Lab, Outlook

UTC = exchangelib.UTC


class CleanIdentity(ExtendedProperty):
    distinguished_property_set_id = "Meeting"
    property_id = 0x23
    property_type = "Binary"


class OrganizerAddress(ExtendedProperty):
    property_tag = 0x5D02
    property_type = "String"


@pytest.fixture(autouse=True)
def feed_properties() -> Iterator[None]:
    CalendarItem.register("clean_identity", CleanIdentity)
    CalendarItem.register("organizer_address", OrganizerAddress)
    yield
    CalendarItem.deregister("clean_identity")
    CalendarItem.deregister("organizer_address")


def book(outlook: Outlook, number: int = 1, room: str = GUANGHAN) -> list[LabItem]:
    return [
        outlook.book(
            EMMA, subject=f"Review {n}", start=TOMORROW + n * HOUR, end=TOMORROW + (n + 1) * HOUR, rooms=[room]
        )
        for n in range(number)
    ]


def at(moment: datetime) -> exchangelib.EWSDateTime:
    return exchangelib.EWSDateTime.from_datetime(moment).astimezone(UTC)


def test_the_feed_comes_in_pages_and_then_only_what_changed(guanghan: Account, outlook: Outlook) -> None:
    items = book(outlook, 5)
    first = list(guanghan.calendar.sync_items(only_fields=["start"], max_changes_returned=2))
    assert [kind for kind, _ in first] == ["create"] * 5
    outlook.move(EMMA, items[0].uid, start=TOMORROW - HOUR, end=TOMORROW)
    outlook.cancel(EMMA, items[1].uid)
    changes = list(guanghan.calendar.sync_items(sync_state=guanghan.calendar.item_sync_state, only_fields=["start"]))
    assert sorted(kind for kind, _ in changes) == ["delete", "update"]


def test_the_feed_has_no_body_no_attendees_and_organizers_by_name_alone(guanghan: Account, outlook: Outlook) -> None:
    (item,) = book(outlook)
    fields = ["subject", "body", "organizer", "resources", "clean_identity", "organizer_address", "my_response_type"]
    ((_, found),) = guanghan.calendar.sync_items(only_fields=fields)
    assert (found.body, found.resources) == (None, None)
    assert (found.organizer.name, found.organizer.email_address) == ("Emma Lindqvist", None)
    assert found.organizer_address == EMMA
    assert found.clean_identity == item.clean_id
    assert found.my_response_type == "Accept"


def test_a_sync_state_of_another_folder_is_refused(guanghan: Account, client: Client, outlook: Outlook) -> None:
    book(outlook)
    list(guanghan.calendar.sync_items())
    with pytest.raises(ErrorInvalidSyncStateData):
        list(client.mailbox(SHUIJING).calendar.sync_items(sync_state=guanghan.calendar.item_sync_state))


@pytest.mark.parametrize("limit", ["0", "513", "many"])
def test_a_page_holds_from_1_to_512_changes(client: Client, limit: int | str) -> None:
    status, answer = client.post(
        envelope(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>"
            f'<t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId><m:MaxChangesReturned>{limit}'
            "</m:MaxChangesReturned></m:SyncFolderItems>"
        )
    )
    assert status == 500
    assert b"ErrorSchemaValidation" in answer


def test_a_calendar_view_shows_what_lies_in_the_window_in_order(guanghan: Account, outlook: Outlook) -> None:
    book(outlook, 4)
    view = guanghan.calendar.view(start=at(TOMORROW + HOUR), end=at(TOMORROW + 3 * HOUR))
    assert [item.start for item in view] == [TOMORROW + HOUR, TOMORROW + 2 * HOUR]


def test_a_calendar_view_spans_two_years_at_most(guanghan: Account) -> None:
    with pytest.raises(ErrorCalendarViewRangeTooBig):
        list(guanghan.calendar.view(start=at(TOMORROW), end=at(TOMORROW + timedelta(days=740))))


def test_items_are_found_by_time_of_change_text_and_identity(client: Client, outlook: Outlook, lab: Lab) -> None:
    emma = client.mailbox(EMMA)
    items = book(outlook, 3)
    assert emma.calendar.filter(last_modified_time__gte=at(lab.organization.now() - HOUR)).count() == 3
    assert emma.calendar.filter(last_modified_time__lt=at(lab.organization.now() - HOUR)).count() == 0
    assert [found.subject for found in emma.calendar.filter(subject__contains="view 1")] == ["Review 1"]
    assert [found.subject for found in emma.calendar.filter(clean_identity=items[2].clean_id)] == ["Review 2"]
    assert {found.subject for found in emma.calendar.exclude(subject="Review 0")} == {"Review 1", "Review 2"}


def test_a_search_is_paged_and_sorted(client: Client, outlook: Outlook) -> None:
    book(outlook, 7)
    calendar = client.mailbox(EMMA).calendar
    found = calendar.all().order_by("-start").only("start")
    found.page_size = 3
    assert [item.start for item in found] == [TOMORROW + n * HOUR for n in reversed(range(7))]


def test_everything_of_an_item_can_be_had(client: Client, outlook: Outlook) -> None:
    book(outlook)
    item = client.mailbox(EMMA).calendar.get(subject="Review 0")
    item.refresh()
    assert (item.organizer.email_address, item.my_response_type, item.is_meeting) == (EMMA, "Organizer", True)
    assert (item.type, item.duration, item.location) == ("Single", "PT1H", "2楼广寒宫")
    assert item.appointment_state == ("Meeting",)


def test_free_busy_is_given_in_the_askers_zone(guanghan: Account, outlook: Outlook) -> None:
    book(outlook, 2)
    zone = exchangelib.EWSTimeZone("Europe/Berlin")
    start = at(TOMORROW - HOUR).astimezone(zone)
    (view,) = guanghan.protocol.get_free_busy_info(
        [(guanghan, "Room", False)], start=start, end=start + 4 * HOUR, merged_free_busy_interval=60
    )
    assert view.merged == "0220"
    assert [event.start for event in view.calendar_events] == [TOMORROW, TOMORROW + HOUR]


@pytest.mark.parametrize(("account", "told"), [("svc-nobody", None), ("svc-delegate", "Emma Lindqvist")])
def test_only_who_may_open_a_calendar_is_told_what_is_in_it(
    client: Client, outlook: Outlook, account: str, told: str | None
) -> None:
    book(outlook)
    protocol = client.mailbox(GUANGHAN, account=account, delegate=True).protocol
    room = [(GUANGHAN, "Room", False)]
    (view,) = protocol.get_free_busy_info(room, start=at(TOMORROW), end=at(TOMORROW + HOUR))
    (event,) = view.calendar_events
    assert event.busy_type == "Busy"
    assert (event.details and event.details.subject) == told


def test_free_busy_has_its_limits(zhangsan: Account) -> None:
    with pytest.raises(ErrorTimeIntervalTooBig):
        list(
            zhangsan.protocol.get_free_busy_info(
                [(GUANGHAN, "Room", False)], start=at(TOMORROW), end=at(TOMORROW + timedelta(days=43))
            )
        )


def test_free_busy_of_a_stranger_is_an_error_of_its_own(zhangsan: Account) -> None:
    asked = [("stranger@example.com", "Room", False), (GUANGHAN, "Room", False)]
    stranger, known = zhangsan.protocol.get_free_busy_info(asked, start=at(TOMORROW), end=at(TOMORROW + HOUR))
    assert isinstance(stranger, ErrorMailRecipientNotFound)
    assert known.view_type == "FreeBusyMerged"


def test_names_are_resolved_by_their_beginning_and_by_address(zhangsan: Account) -> None:
    resolve = zhangsan.protocol.resolve_names
    assert [found.email_address for found in resolve(["张"])] == [ZHANGSAN]
    assert [found.email_address for found in resolve([f"smtp:{GUANGHAN.upper()}"])] == [GUANGHAN]
    assert {found.name for found in resolve(["2楼"])} == {"2楼广寒宫", "2楼小议室"}
    assert "NoResults" in type(resolve(["nobody"])[0]).__name__


def test_room_lists_hold_every_room_by_name_and_address(zhangsan: Account) -> None:
    (listed,) = zhangsan.protocol.get_roomlists()
    rooms = list(zhangsan.protocol.get_rooms(listed.email_address))
    assert (GUANGHAN, "2楼广寒宫") in {(room.email_address, room.name) for room in rooms}
    assert len(rooms) == 5


def test_the_servers_time_zones_have_this_years_rules(zhangsan: Account) -> None:
    zones = {zone.id: zone for zone in zhangsan.protocol.get_timezones(return_full_timezone_data=True)}
    assert {"UTC", "China Standard Time", "W. Europe Standard Time", "Eastern Standard Time"} <= set(zones)
    standard, daylight, period = zones["W. Europe Standard Time"].get_std_and_dst(2026)
    assert (period.bias_in_minutes, daylight.bias) == (-60, -60)
    assert (daylight.iso_month, daylight.occurrence, standard.iso_month) == (3, 5, 10)


def test_a_mailbox_has_its_folders(guanghan: Account) -> None:
    names = {folder.name for folder in guanghan.msg_folder_root.children}
    assert {"Calendar", "Inbox", "Sent Items", "Deleted Items"} <= names
