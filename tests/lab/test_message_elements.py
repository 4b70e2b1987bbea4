"""What is told of meeting messages, element by element, as docs/lab.md has it."""

from datetime import timedelta

import pytest
from lxml import etree

from lab import ews_schema
from lab.test_item_elements import SHAPE, documented
from lab.wire import EMMA, GUANGHAN, HOUR, LISI, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Attendee, Daily, FolderName, Lab, Outlook, Recurrence, Role

TYPES = f"{{{ews_schema.TYPES}}}"
EVERY, EVERY_GOT = "of every message, in lists too", "of every message, by GetItem alone"
REQUEST, REQUEST_GOT = "of a request, in lists too", "of a request, by GetItem alone"
OTHER, OTHER_GOT = "of an answer or a cancellation, in lists too", "of an answer or a cancellation, by GetItem alone"
NEVER = "never of a message"
SECOND = TOMORROW + timedelta(days=1)


@pytest.fixture
def series(outlook: Outlook, lab: Lab) -> str:
    """The UID of a series in whose course everybody got mail of every kind."""
    three_days = Recurrence(pattern=Daily(), first=TOMORROW.date(), count=3)
    times = {"start": TOMORROW, "end": TOMORROW + HOUR}
    outlook.write_into(ZHANGSAN, subject="Before", start=SECOND + HOUR, end=SECOND + 2 * HOUR)
    outlook.write_into(ZHANGSAN, subject="Beside", start=SECOND + 2 * HOUR, end=SECOND + 4 * HOUR)
    uid = outlook.book_series(EMMA, recurrence=three_days, subject="Daily: news", **times).uid
    people = lab.company.directory
    invited = ((ZHANGSAN, Role.REQUIRED), (LISI, Role.OPTIONAL), (GUANGHAN, Role.RESOURCE))
    attendees = tuple(Attendee(address=people.owner(smtp), role=role) for smtp, role in invited)
    outlook.change(EMMA, uid, attendees=attendees, location="Hall")
    outlook.move(EMMA, uid, on=SECOND.date(), start=SECOND + 2 * HOUR, end=SECOND + 3 * HOUR)
    return uid


def got(client: Client, item_id: str, acts_as: str = ZHANGSAN) -> etree._Element:
    ids = f'<m:ItemIds><t:ItemId Id="{item_id}"/></m:ItemIds>'
    request = envelope(f"<m:GetItem>{SHAPE.format('')}{ids}</m:GetItem>", acts_as=acts_as)
    return _of(client.post(request)[1], item_id)


def listed(client: Client, item_id: str, acts_as: str = ZHANGSAN) -> etree._Element:
    place = '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds>'
    request = envelope(f'<m:FindItem Traversal="Shallow">{SHAPE.format("")}{place}</m:FindItem>', acts_as=acts_as)
    return _of(client.post(request)[1], item_id)


def _of(content: bytes, item_id: str) -> etree._Element:
    (found,) = etree.fromstring(content).xpath(
        f"//t:Items/*[t:ItemId/@Id='{item_id}'] | //m:Items/*[t:ItemId/@Id='{item_id}']",
        namespaces={"t": ews_schema.TYPES, "m": ews_schema.MESSAGES},
    )
    return found


def names(*messages: etree._Element) -> set[str]:
    """The elements that are told of messages and not of every item."""
    of_items = documented("always, in lists too", "always, by GetItem alone")
    own = documented(EVERY, EVERY_GOT, REQUEST, REQUEST_GOT)
    told = {etree.QName(child).localname for message in messages for child in message}
    return told - (of_items - own)


def test_requests_tell_all_that_is_told_of_them(client: Client, outlook: Outlook, series: str) -> None:
    outlook.respond(ZHANGSAN, series, "Tentative", on=SECOND.date())
    waiting, answered = (outlook.folder(ZHANGSAN, name) for name in (FolderName.INBOX, FolderName.DELETED))
    requests = [got(client, each.item_id) for each in (*waiting, *answered)]
    assert names(*requests) == documented(EVERY, EVERY_GOT, REQUEST, REQUEST_GOT)
    assert {each.findtext(f"{TYPES}ConversationTopic") for each in requests} == {"Daily: news"}


def test_a_list_tells_less_of_a_request(client: Client, outlook: Outlook, series: str) -> None:
    assert series
    requests = [listed(client, each.item_id) for each in outlook.folder(ZHANGSAN, FolderName.INBOX)]
    never_answered = {"AppointmentReplyTime"}
    assert names(*requests) == documented(EVERY, REQUEST) - never_answered


def test_answers_and_cancellations_tell_what_they_are_about(client: Client, outlook: Outlook, series: str) -> None:
    outlook.respond(ZHANGSAN, series, "Accept")
    outlook.cancel(EMMA, series, on=SECOND.date())
    outlook.cancel(EMMA, series)
    for owner, kind in ((EMMA, "MeetingResponse"), (ZHANGSAN, "MeetingCancellation")):
        mail = [got(client, each.item_id, owner) for each in outlook.folder(owner, FolderName.INBOX)]
        of_kind = [each for each in mail if each.tag == f"{TYPES}{kind}"]
        expected = documented(EVERY, EVERY_GOT, OTHER, OTHER_GOT)
        assert expected - {"RecurrenceId"} <= names(*of_kind) <= expected
        assert {each.findtext(f"{TYPES}ConversationTopic") for each in of_kind} == {"Daily: news"}


def test_an_overtaken_request_is_out_of_date(client: Client, outlook: Outlook, series: str) -> None:
    def told() -> list[str | None]:
        inbox = outlook.folder(ZHANGSAN, FolderName.INBOX)
        return [got(client, each.item_id).findtext(f"{TYPES}IsOutOfDate") for each in inbox]

    assert told() == ["false", "false"]
    moved = SECOND + timedelta(hours=5)
    outlook.move(EMMA, series, on=SECOND.date(), start=moved, end=moved + HOUR)
    assert told() == ["false", "true", "false"]


@pytest.mark.skipif(ews_schema.folder() is None, reason=f"{ews_schema.FOLDER_VARIABLE} names no schema")
def test_the_page_speaks_of_every_element_of_messages() -> None:
    place = ews_schema.folder()
    assert place is not None
    schema = etree.parse(next(each for each in place.iterdir() if each.name.lower() == "types.xsd"))
    xs = "{http://www.w3.org/2001/XMLSchema}"
    of_meetings = (f"Meeting{each}Message" for each in ("", "Request", "Response", "Cancellation"))
    kinds = {"MessageType", *(f"{each}Type" for each in of_meetings)}
    defined = {
        element.get("name")
        for kind in schema.iter(f"{xs}complexType")
        if kind.get("name") in kinds
        for element in kind.iterfind(f"{xs}complexContent/{xs}extension/{xs}sequence/{xs}element")
    }
    assert defined == documented(EVERY, EVERY_GOT, REQUEST, REQUEST_GOT, OTHER, OTHER_GOT, NEVER)
