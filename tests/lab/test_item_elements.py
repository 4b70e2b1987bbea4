"""What is told of a calendar item, element by element, as docs/lab.md has it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from exchangelib import Account
from exchangelib.fields import ExtendedPropertyField
from exchangelib.items import CalendarItem
from lxml import etree

from lab import ews_schema
from lab.wire import EMMA, GUANGHAN, HOUR, LISI, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Attendee, Daily, Lab, Outlook, Recurrence, Role

TYPES = f"{{{ews_schema.TYPES}}}"
PAGE = Path(__file__).parents[2] / "docs" / "lab.md"
SHAPE = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>{}</m:ItemShape>"
CALENDAR = '<t:DistinguishedFolderId Id="calendar"/>'
ALWAYS, ALWAYS_GOT = "always, in lists too", "always, by GetItem alone"
AT_TIMES, AT_TIMES_GOT = (f"where there is something to tell, {how}" for how in ("in lists too", "by GetItem alone"))
ASKED, NEVER = "when it is asked for", "never"
SECOND, THIRD = (TOMORROW + timedelta(days=number) for number in (1, 2))


def documented(*rows: str) -> set[str]:
    """The elements in rows of the page's table."""
    page = PAGE.read_text(encoding="utf-8")
    found = [re.findall(rf"^\| {row} \| (.+) \|$", page, re.MULTILINE) for row in rows]
    return {name for (cells,) in found for name in cells.split(", ")}


def told(content: bytes, item_id: str) -> set[str]:
    """The elements of one item in an answer."""
    items = etree.fromstring(content).iter(f"{TYPES}CalendarItem")
    (item,) = (each for each in items if each.find(f"{TYPES}ItemId[@Id='{item_id}']") is not None)
    return {etree.QName(child).localname for child in item}


def got(client: Client, item_id: str, more: str = "", version: str = "Exchange2016") -> set[str]:
    ids = f'<m:ItemIds><t:ItemId Id="{item_id}"/></m:ItemIds>'
    request = envelope(f"<m:GetItem>{SHAPE.format(more)}{ids}</m:GetItem>", acts_as=ZHANGSAN, version=version)
    return told(client.post(request)[1], item_id)


def searched(client: Client, item_id: str, view: str = "") -> set[str]:
    request = (
        f'<m:FindItem Traversal="Shallow">{SHAPE.format("")}{view}<m:ParentFolderIds>{CALENDAR}</m:ParentFolderIds>'
        "</m:FindItem>"
    )
    return told(client.post(envelope(request, acts_as=ZHANGSAN))[1], item_id)


def synced(client: Client, item_id: str) -> set[str]:
    request = (
        f"<m:SyncFolderItems>{SHAPE.format('')}<m:SyncFolderId>{CALENDAR}</m:SyncFolderId>"
        "<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
    )
    return told(client.post(envelope(request, acts_as=ZHANGSAN))[1], item_id)


@pytest.fixture
def appointment(outlook: Outlook) -> str:
    """The id of what somebody wrote into the own calendar, and no more."""
    return outlook.write_into(ZHANGSAN, subject="Dentist", start=TOMORROW, end=TOMORROW + HOUR).item_id


@pytest.fixture
def series(outlook: Outlook, lab: Lab, zhangsan: Account) -> str:
    """The UID of a series to which a lot has happened by now, as its attendee has it."""
    three_days = Recurrence(pattern=Daily(), first=TOMORROW.date(), count=3)
    uid = outlook.book_series(
        EMMA,
        recurrence=three_days,
        subject="Daily",
        start=TOMORROW,
        end=TOMORROW + HOUR,
        rooms=[GUANGHAN],
        body="Bring a pen.",
    ).uid
    people = lab.company.directory
    invited = ((ZHANGSAN, Role.REQUIRED), (LISI, Role.OPTIONAL), (GUANGHAN, Role.RESOURCE))
    attendees = tuple(Attendee(address=people.owner(smtp), role=role) for smtp, role in invited)
    outlook.change(EMMA, uid, attendees=attendees, location="Hall")
    outlook.respond(ZHANGSAN, uid, "Accept")
    outlook.move(EMMA, uid, on=SECOND.date(), start=SECOND + 2 * HOUR, end=SECOND + 3 * HOUR)
    outlook.cancel(EMMA, uid, on=THIRD.date())
    outlook.delete(ZHANGSAN, uid, on=THIRD.date())
    outlook.write_into(ZHANGSAN, subject="Before", start=SECOND + HOUR, end=SECOND + 2 * HOUR)
    outlook.write_into(ZHANGSAN, subject="Beside", start=SECOND + 2 * HOUR, end=SECOND + 4 * HOUR)
    (master,) = zhangsan.calendar.filter(subject="Daily")
    master.categories, master.reminder_is_set = ["Blue"], True
    master.save(update_fields=["categories", "reminder_is_set"], send_meeting_invitations="SendToNone")
    return uid


def ids_of(outlook: Outlook, uid: str) -> tuple[str, str]:
    """The master's, and that of its exception."""
    return outlook.meeting(ZHANGSAN, uid).item_id, outlook.meeting(ZHANGSAN, uid, on=SECOND.date()).item_id


def test_an_appointment_tells_what_is_always_told(client: Client, appointment: str) -> None:
    assert searched(client, appointment) == synced(client, appointment) == documented(ALWAYS)
    assert got(client, appointment) == documented(ALWAYS, ALWAYS_GOT)


def test_a_meeting_tells_more(client: Client, outlook: Outlook, series: str) -> None:
    master, exception = ids_of(outlook, series)
    day = f'<m:CalendarView StartDate="{SECOND:%Y-%m-%dT00:00:00Z}" EndDate="{SECOND:%Y-%m-%dT23:00:00Z}"/>'
    assert synced(client, master) | searched(client, exception, day) == documented(ALWAYS, AT_TIMES)
    everything = documented(ALWAYS, ALWAYS_GOT, AT_TIMES, AT_TIMES_GOT)
    assert got(client, master) | got(client, exception) == everything


def path(name: str) -> str:
    family = "calendar" if name in _CALENDARS_OWN else "item"
    return f'<t:FieldURI FieldURI="{family}:{name}"/>'


_CALENDARS_OWN = {
    "DoNotForwardMeeting", "When", "InboxReminders", "MeetingTimeZone", "MeetingWorkspaceUrl", "NetShowUrl",
    "JoinOnlineMeetingUrl", "OnlineMeetingSettings", "CalendarActivityData",
}  # fmt: skip


def test_other_elements_come_when_they_are_asked_for(client: Client, outlook: Outlook, series: str) -> None:
    _, exception = ids_of(outlook, series)
    named = '<t:ExtendedFieldURI PropertyTag="0x1a" PropertyType="String"/>'
    wanted = "".join(path(name) for name in sorted(documented(ASKED) - {"ExtendedProperty"})) + named
    seen = got(client, exception, f"<t:AdditionalProperties>{wanted}</t:AdditionalProperties>")
    assert documented(ASKED) - seen == set()


def test_what_is_never_told_is_passed_over(client: Client, outlook: Outlook, series: str) -> None:
    unasked = {"SearchKey", "SortKey"}  # the schema has no path to them
    wanted = "".join(path(name) for name in sorted(documented(NEVER) - unasked))
    seen = got(client, ids_of(outlook, series)[0], f"<t:AdditionalProperties>{wanted}</t:AdditionalProperties>")
    assert seen & documented(NEVER) == set()


@pytest.mark.parametrize(
    ("version", "unknown"),
    [
        ("Exchange2007_SP1", ("from Exchange2010 on", "from Exchange2013 on")),
        ("Exchange2010_SP2", ("from Exchange2013 on",)),
        ("Exchange2013", ()),
    ],
)
def test_an_older_client_is_told_less(
    client: Client, outlook: Outlook, series: str, version: str, unknown: tuple[str, ...]
) -> None:
    master, exception = ids_of(outlook, series)
    seen = got(client, master, version=version) | got(client, exception, version=version)
    assert seen == documented(ALWAYS, ALWAYS_GOT, AT_TIMES, AT_TIMES_GOT) - documented(*unknown)


@pytest.mark.skipif(ews_schema.folder() is None, reason=f"{ews_schema.FOLDER_VARIABLE} names no schema")
def test_the_page_speaks_of_every_element_in_the_schema_once() -> None:
    place = ews_schema.folder()
    assert place is not None
    schema = etree.parse(next(each for each in place.iterdir() if each.name.lower() == "types.xsd"))
    types = ("ItemType", "CalendarItemType")
    rows = (ALWAYS, ALWAYS_GOT, AT_TIMES, AT_TIMES_GOT, ASKED, NEVER)
    xs = "{http://www.w3.org/2001/XMLSchema}"
    defined = [
        element.get("name")
        for kind in schema.iter(f"{xs}complexType")
        if kind.get("name") in types
        for element in kind.iter(f"{xs}element")
    ]
    assert {name for name in defined if name} == documented(*rows)
    assert sum(len(documented(row)) for row in rows) == len(documented(*rows))


def unread(*items: CalendarItem) -> set[str]:
    """The elements that exchangelib has a field for, and found in none of the items."""
    own = (field for field in CalendarItem.FIELDS if not isinstance(field, ExtendedPropertyField))
    fields = (field for field in own if field.name != "_meeting_timezone")
    return {
        field.field_uri.partition(":")[2]
        for field in fields
        if all(getattr(item, field.name) is None for item in items)
    }


def test_exchangelib_reads_every_field_it_knows(zhangsan: Account, outlook: Outlook, series: str) -> None:
    master, exception = ids_of(outlook, series)
    found = list(zhangsan.fetch([(master, None), (exception, None)]))
    assert unread(*found) <= documented(NEVER)
    assert found[0].response_objects.accept_item is not None
    assert [each.subject for each in found[1].conflicting_meetings] == ["Beside"]


def test_exchangelib_reads_the_feed(zhangsan: Account, series: str) -> None:
    (master,) = (item for _, item in zhangsan.calendar.sync_items() if item.uid == series)
    not_listed = documented(ALWAYS_GOT, AT_TIMES_GOT, NEVER, ASKED)
    # Those of an occurrence: a feed has none.
    assert unread(master) - not_listed == {"RecurrenceId", "OriginalStart"}
