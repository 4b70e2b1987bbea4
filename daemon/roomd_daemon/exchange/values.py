"""The small values every answer is made of: ids with change keys, times, texts that must be there."""

from datetime import UTC, datetime

from roomd_core.model import ItemRef
from roomd_daemon.exchange.soap import TYPES, Element, Malformed

_ITEM_ID = TYPES + "ItemId"


def read_ref(element: Element) -> ItemRef:
    """Return the id and change key of an element that has an ItemId child. Raise Malformed where it has none."""
    found = element.find(_ITEM_ID)
    if found is None:
        raise Malformed("an item has no id")
    return ItemRef(item_id=found.get("Id", ""), change_key=found.get("ChangeKey", ""))


def read_instant(text: str) -> datetime:
    """Read an xs:dateTime, with any number of fraction digits, as UTC; without an offset it is UTC already."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("a time is not a time") from None
    if moment.tzinfo is UTC:  # written with Z, as Exchange does where it is asked to speak UTC
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def required_text(element: Element, name: str) -> str:
    """Return the text of a child element. Raise Malformed where it has none."""
    text = element.findtext(TYPES + name)
    if not text:
        raise Malformed(f"something has no {name}")
    return text
