"""Reading the plain items of the feed by pattern: always what the tree says, or left to it."""

import re
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.exchange.sample_answers import envelope
from daemon.exchange.watched_lab import WatchedLab, settings_for
from roomd_core.clock import SystemClock
from roomd_daemon.exchange import Exchange
from roomd_daemon.exchange.answers import FeedPage, read_page
from roomd_daemon.exchange.breaker import MemoryBreaker
from roomd_daemon.exchange.line import Line
from roomd_daemon.exchange.plain_items import MARK, PlainItems
from roomd_daemon.exchange.reads import sync_folder_items
from roomd_daemon.exchange.rules import Rules
from roomd_daemon.exchange.soap import Malformed, open_envelope
from roomd_daemon.exchange.trouble import Request
from roomd_lab import LabAddress

BOSS, ROOM = "zhangsan@example.com", "guanghan@example.com"
ROOMS = frozenset({ROOM})
PLAIN = (
    '<t:CalendarItem><t:ItemId Id="AAMk+a/1=" ChangeKey="DwAA"/><t:ParentFolderId Id="calendar" ChangeKey="AQAA"/>'
    "<t:Subject>李四</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:ReminderIsSet>true</t:ReminderIsSet>"
    "<t:ReminderMinutesBeforeStart>15</t:ReminderMinutesBeforeStart>"
    '<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="9ed281e7-4eed-4dea-9e3e-5818a138bb41"'
    ' PropertyName="roomd-key" PropertyType="String"/><t:Value>0193-key</t:Value></t:ExtendedProperty>'
    '<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="35"'
    ' PropertyType="Binary"/><t:Value>BAAAAIIA4AA=</t:Value></t:ExtendedProperty>'
    '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x5D02" PropertyType="String"/>'
    "<t:Value>Li.Si@Example.com</t:Value></t:ExtendedProperty>"
    "<t:LastModifiedTime>2026-11-20T08:00:00.123456789Z</t:LastModifiedTime><t:UID>0193@roomd</t:UID>"
    "<t:Start>2026-12-01T06:00:00Z</t:Start><t:End>2026-12-01T07:30:00Z</t:End>"
    "<t:IsAllDayEvent>false</t:IsAllDayEvent><t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>"
    "<t:Location>2楼广寒宫</t:Location><t:IsMeeting>true</t:IsMeeting><t:IsCancelled>false</t:IsCancelled>"
    "<t:CalendarItemType>Single</t:CalendarItemType><t:MyResponseType>Accept</t:MyResponseType>"
    "<t:Organizer><t:Mailbox><t:Name>李四</t:Name></t:Mailbox></t:Organizer>"
    '<t:StartTimeZone Id="China Standard Time" Name="(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi"/>'
    "</t:CalendarItem>"
)
PIECES = re.findall(r"<t:(?:(?!CalendarItem>).)*?(?:/>|</t:\w+>)", PLAIN)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=12)


def page(*items: str, row: str = "Create") -> bytes:
    rows = "".join(f"<t:{row}>{item}</t:{row}>" for item in items)
    return envelope(
        '<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage ResponseClass="Success">'
        "<m:ResponseCode>NoError</m:ResponseCode><m:SyncState>s</m:SyncState><m:IncludesLastItemInRange>true"
        f"</m:IncludesLastItemInRange><m:Changes>{rows}</m:Changes></m:SyncFolderItemsResponseMessage>"
        "</m:ResponseMessages></m:SyncFolderItemsResponse>"
    )


def by_tree(body: bytes) -> FeedPage:
    return read_page(open_envelope(body), ROOMS, PlainItems())


def by_pattern(body: bytes) -> FeedPage:
    plain = PlainItems()
    return read_page(open_envelope(plain.cut_out(body)), ROOMS, plain)


def cut(body: bytes) -> int:
    """Return how many items the pattern took."""
    return PlainItems().cut_out(body).count(f"<t:CalendarItem {MARK}=".encode())


def without(name: str) -> str:
    return re.sub(rf"<t:{name}[ >].*?</t:{name}>|<t:{name} [^>]*/>", "", PLAIN, count=1)


def test_a_plain_item_is_taken_and_says_what_its_tree_says() -> None:
    assert cut(page(PLAIN, PLAIN)) == 2
    assert by_pattern(page(PLAIN, PLAIN)) == by_tree(page(PLAIN, PLAIN))


async def test_a_servers_feed_is_read_this_way(lab: WatchedLab, address: LabAddress, exchange: Exchange) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    lab.outlook.book(BOSS, subject="Plans", start=start, end=start + timedelta(hours=1), rooms=[ROOM])
    settings = settings_for(lab, address)
    line = Line(settings, Rules(settings, SystemClock(), MemoryBreaker()))
    pages: list[bytes] = []

    def keep(body: bytes) -> bytes:
        pages.append(body)
        return body

    for mailbox in (BOSS, ROOM):
        ask = Request(operation="SyncFolderItems", mailbox=mailbox, payload=sync_folder_items(mailbox, None, 512))
        await line.ask(ask, lambda _: None, thin=keep)
    await line.close()

    assert [cut(body) for body in pages] == [1, 1]
    assert [(await exchange.changes(mailbox, None)).changed for mailbox in (BOSS, ROOM)] == [
        by_tree(body).changed for body in pages
    ]


def test_of_an_updated_item_its_folder_is_known() -> None:
    assert cut(page(PLAIN, row="Update")) == 1
    assert by_pattern(page(PLAIN, row="Update")).folders == {"AAMk+a/1=": "calendar"}


@pytest.mark.parametrize(
    "name",
    [
        "ParentFolderId", "Subject", "Sensitivity", "ReminderIsSet", "ReminderMinutesBeforeStart", "ExtendedProperty",
        "LastModifiedTime", "UID", "IsAllDayEvent", "LegacyFreeBusyStatus", "Location", "IsMeeting", "IsCancelled",
        "CalendarItemType", "MyResponseType", "Organizer", "StartTimeZone",
    ],
)  # fmt: skip
def test_what_an_item_does_not_tell_it_need_not(name: str) -> None:
    body = page(without(name))

    assert cut(body) == 1
    assert by_pattern(body) == by_tree(body)


@pytest.mark.parametrize("name", ["Start", "End"])
def test_an_item_that_cannot_be_read_is_left_to_the_tree_which_says_why(name: str) -> None:
    body = page(without(name), PLAIN)

    assert cut(body) == 1
    assert by_pattern(body) == by_tree(body)
    assert by_pattern(body).unreadable


@pytest.mark.parametrize(
    ("plain", "unusual"),
    [
        ("李四</t:Subject>", "R&amp;D</t:Subject>"),
        ("李四</t:Subject>", "<![CDATA[<b>]]></t:Subject>"),
        ("李四</t:Subject>", "a<!-- not told -->b</t:Subject>"),
        ("李四</t:Subject>", "a\tb\r\nc</t:Subject>"),
        ("2楼广寒宫</t:Location>", "a\u200bb</t:Location>"),
        ("<t:Sensitivity>", "<t:Categories><t:String>Red</t:String></t:Categories><t:Sensitivity>"),
        ('Id="AAMk+a/1=" ChangeKey="DwAA"', 'ChangeKey="DwAA" Id="AAMk+a/1="'),
        ('Id="AAMk+a/1="', 'Id="a&amp;b"'),
        ("<t:IsMeeting>true</t:IsMeeting>", "<t:IsMeeting>true</t:IsMeeting><t:IsRecurring>false</t:IsRecurring>"),
        ("15</t:Rem", "soon</t:Rem"),
        ("2026-12-01T06:00:00Z", "next week"),
        ("BAAAAIIA4AA=", "BAAAAIIA4AA"),
        ("<t:UID>0193@roomd</t:UID>", ""),
    ],
)
def test_what_is_unusual_in_an_item_is_the_trees(plain: str, unusual: str) -> None:
    body = page(PLAIN.replace(plain, unusual, 1), PLAIN)

    assert by_pattern(body) == by_tree(body)


def test_what_is_unusual_is_not_taken_at_all() -> None:
    assert cut(page(PLAIN.replace("李四</t:Subject>", "R&amp;D</t:Subject>"))) == 0
    assert cut(page(PLAIN.replace("李四</t:Subject>", "a\tb</t:Subject>"))) == 0


@pytest.mark.parametrize("hidden", [f"<!--{PLAIN}-->", f"<t:Message><![CDATA[{PLAIN}]]></t:Message>"])
def test_an_item_that_the_page_does_not_hold_is_not_read(hidden: str) -> None:
    body = page(hidden, PLAIN)

    assert by_pattern(body) == by_tree(body)
    assert len(by_pattern(body).changed) == 1


def test_the_names_mean_what_the_page_says_they_mean() -> None:
    body = page(PLAIN).replace(b"services/2006/types", b"services/2099/types")

    assert by_pattern(body) == by_tree(body)
    assert by_pattern(body).changed == ()


@pytest.mark.parametrize("length", range(0, len(page(PLAIN)), 5))
def test_a_page_cut_anywhere_is_not_believed(length: int) -> None:
    with pytest.raises(Malformed):
        by_pattern(page(PLAIN)[:length])


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_page_that_is_not_in_utf_8_is_left_to_the_tree(encoding: str) -> None:
    text = page(PLAIN.replace("李四", "Löwe").replace("2楼广寒宫", "Höhle")).decode()
    body = text.replace("utf-8", encoding, 1).encode(encoding)

    assert cut(body) == 0
    assert by_pattern(body).changed[0].title == "Löwe"


def test_bytes_that_are_no_text_are_not_believed() -> None:
    with pytest.raises(Malformed):
        by_pattern(page(PLAIN).replace("李四".encode(), b"\xff\xfe"))


def test_a_page_that_has_marks_of_its_own_is_left_to_the_tree() -> None:
    assert cut(page(PLAIN, f'<t:Message {MARK}="0"/>')) == 0


@given(st.lists(st.sampled_from(PIECES), unique=True), TEXT, TEXT, st.sampled_from(["Create", "Update"]))
def test_whatever_an_item_holds_pattern_and_tree_agree(left_out: list[str], one: str, other: str, row: str) -> None:
    item = PLAIN.replace("李四", escape(one)).replace("2楼广寒宫", escape(other))
    for piece in left_out:
        item = item.replace(piece, "", 1)
    body = page(item, PLAIN, row=row)
    try:
        told = by_tree(body)
    except Malformed as error:
        with pytest.raises(Malformed, match=re.escape(str(error))):
            by_pattern(body)
    else:
        assert by_pattern(body) == told
