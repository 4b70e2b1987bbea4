"""The plain items of a page of the feed, read by one pattern: by way of a tree of elements they take thrice as long.

The pattern is the order that the schema gives the properties roomd asks for (EWS types.xsd, ItemType and
CalendarItemType). What fits it to the letter is read and cut out of the page, and a mark stays in its place. All else
is the tree's: whether the page is whole and well-formed, what the names in it stand for, every item that is in any
way unusual, and of the marks which ones count.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

from msgspec import Struct

from roomd_core.model import ItemRef
from roomd_core.sync.remote import RemoteItem
from roomd_daemon.exchange.item import CALENDAR_ITEM, TOLD_AS_TEXT, address_in, item_of, known_zone
from roomd_daemon.exchange.properties import CLEAN_GLOBAL_ID, ORGANIZER_ADDRESS, ROOMD_KEY, ExtendedProperty
from roomd_daemon.exchange.soap import Element, Malformed
from roomd_daemon.exchange.zones import UTC_ID

MARK: Final = "taken"
"""The attribute of what stands for an item that was cut out: its number. EWS has none of this name."""


class PlainItem(Struct, frozen=True, gc=False):
    """An item that was cut out, and the id of the folder it is in, empty where that was not told."""

    item: RemoteItem
    folder: str


class PlainItems:
    """What was cut out of one page."""

    def __init__(self) -> None:
        self._taken: list[PlainItem] = []

    def cut_out(self, page: bytes) -> bytes:
        """Read the plain items of a SyncFolderItems answer, and return the answer with marks in their place."""
        if not _IS_UTF_8.match(page) or _MARKED in page:
            return page
        # Every byte as a character: all that the pattern names is ASCII, and a smaller text is searched faster.
        return _ITEM.sub(self._mark, page.decode("latin-1")).encode("latin-1")

    def marked(self, element: Element) -> PlainItem | None:
        """Return what an element stands for, None if it is no mark."""
        number = element.get(MARK)
        return None if number is None or element.tag != CALENDAR_ITEM else self._taken[int(number)]

    def _mark(self, found: re.Match[str]) -> str:
        try:
            self._taken.append(_read(found.groups("")))
        except (Malformed, ValueError):
            return found[0]
        return f'<t:CalendarItem {MARK}="{len(self._taken) - 1}"/>'


def _read(values: Sequence[str]) -> PlainItem:
    """Read what fits the pattern. Raise Malformed, or ValueError where XML may mean something else by it."""
    told = "".join(values)
    if not told.isascii():
        values = [value if value.isascii() else value.encode("latin-1").decode() for value in values]
        told = "".join(values)
    if "&" in told or "<" in told or ">" in told or not told.isprintable():
        raise ValueError("only a parser knows what this says")
    item_id, change_key, folder, key, global_id, sender, name, address, zone_id, zone_name = _ELSE(values)
    item = item_of(
        ItemRef(item_id=item_id, change_key=change_key),
        _TEXTS(values),
        organizer=(name, (sender or address_in(address)).lower()),
        zone=known_zone(zone_id, zone_name) or UTC_ID,
        categories=(),
        key=key,
        global_id=global_id,
        detail=None,
    )
    return PlainItem(item, folder)


def _text(name: str) -> str:
    return f"(?:<t:{name}>(?P<{name}>[^<]*)</t:{name}>)?"


def _may_be_empty(name: str) -> str:
    return f"(?:{_text(name)}|<t:{name}/>)"


def _attribute(name: str, group: str) -> str:
    return f' {name}="(?P<{group}>[^"]*)"'


def _extended(prop: ExtendedProperty, group: str) -> str:
    named = "".join(f' {name}="(?i:{re.escape(value)})"' for name, value in prop.attributes().items())
    value = f"<t:Value>(?P<{group}>[^<]*)</t:Value>"
    return f"<t:ExtendedProperty><t:ExtendedFieldURI{named}/>{value}</t:ExtendedProperty>"


_IS_UTF_8 = re.compile(rb'<\?xml version="1\.0" encoding="utf-8"\s*\?>', re.IGNORECASE)
_MARKED = f' {MARK}="'.encode()
# The schema gives extended properties no order among themselves.
_PROPERTIES = "|".join(
    map(_extended, (CLEAN_GLOBAL_ID, ORGANIZER_ADDRESS, ROOMD_KEY), ("global_id", "sender", "key"))
)
_PERSON = "".join(map(_text, ("Name", "EmailAddress", "RoutingType", "MailboxType")))
_ITEM = re.compile(
    "".join(
        (
            "<t:CalendarItem>",
            f"<t:ItemId{_attribute('Id', 'item_id')}{_attribute('ChangeKey', 'change_key')}/>",
            rf'(?:<t:ParentFolderId{_attribute("Id", "folder")}(?: ChangeKey="[\w+/=]*")?/>)?',
            _may_be_empty("Subject"),
            *map(_text, ("Sensitivity", "ReminderIsSet", "ReminderMinutesBeforeStart")),
            f"(?:{_PROPERTIES})*",
            *map(_text, ("LastModifiedTime", "UID", "RecurrenceId", "Start", "End", "IsAllDayEvent")),
            _text("LegacyFreeBusyStatus"),
            _may_be_empty("Location"),
            *map(_text, ("IsMeeting", "IsCancelled", "CalendarItemType", "MyResponseType")),
            f"(?:<t:Organizer><t:Mailbox>{_PERSON}</t:Mailbox></t:Organizer>)?",
            f"(?:<t:StartTimeZone{_attribute('Id', 'zone_id')}{_attribute('Name', 'zone_name')}/>)?",
            "</t:CalendarItem>",
        )
    )
)


def _groups(*names: str) -> Callable[[Sequence[str]], Sequence[str]]:
    places = [_ITEM.groupindex[name] - 1 for name in names]
    return itemgetter(*places)


_TEXTS = _groups(*TOLD_AS_TEXT)
_ELSE = _groups(
    "item_id", "change_key", "folder", "key", "global_id", "sender", "Name", "EmailAddress", "zone_id", "zone_name"
)
