"""Reading XML safely, and writing it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from roomd_lab.model.errors import ExchangeError

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"

_INT_RANGE = 2**31
_DURATION = re.compile(r"(-?)PT(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:\d{1,4}(?:\.\d+)?S)?")
_FIRST_YEAR, _LAST_YEAR = 1601, 4500
# XML 1.0 has no way to write these.
_UNWRITABLE_CHARACTERS = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_UNWRITABLE = re.compile(f"[{_UNWRITABLE_CHARACTERS}]")
# What cannot stand in an element as it is; most texts have none of it.
_UNPLAIN = re.compile(f"[&<>{_UNWRITABLE_CHARACTERS}]")

ChoiceT = TypeVar("ChoiceT")
Element = etree._Element  # noqa: SLF001 - lxml publishes its element type under this name only


def s(name: str) -> str:
    """A name of the SOAP envelope's namespace."""
    return f"{{{SOAP}}}{name}"


def t(name: str) -> str:
    """A name of the EWS types namespace."""
    return f"{{{TYPES}}}{name}"


def m(name: str) -> str:
    """A name of the EWS messages namespace."""
    return f"{{{MESSAGES}}}{name}"


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def parse(body: bytes) -> Element:
    """The root element of a document; entities, document types and the network are never touched.

    Raises ErrorSchemaValidation for anything that is not well-formed, or that has a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise schema_violation("The request is not well-formed XML.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise schema_violation("A document type declaration is not allowed.")
    return root


def schema_violation(text: str) -> ExchangeError:
    """The request does not follow the schema."""
    return ExchangeError("ErrorSchemaValidation", f"The request failed schema validation: {text}")


def child(element: Element, name: str) -> Element:
    """A child that the schema requires.

    Raises ErrorSchemaValidation.
    """
    found = element.find(name)
    if found is None:
        raise schema_violation(f"{local_name(element)} has no {etree.QName(name).localname}.")
    return found


def first(element: Element) -> Element:
    """The first child of an element that the schema does not allow to be empty.

    Raises ErrorSchemaValidation.
    """
    if not len(element):
        raise schema_violation(f"{local_name(element)} is empty.")
    return element[0]


def text_of(element: Element | None) -> str:
    """An element's text; empty for none."""
    return "" if element is None else (element.text or "")


def read_choice(element: Element, attribute: str, choices: Mapping[str, ChoiceT]) -> ChoiceT | None:
    """What one of the values stands for that the schema knows for an attribute; None where it is not given.

    Raises ErrorSchemaValidation.
    """
    text = element.get(attribute)
    if text is not None and text not in choices:
        raise schema_violation(f"'{text}' is no {attribute}.")
    return None if text is None else choices[text]


def read_bool(text: str) -> bool:
    """An xs:boolean.

    Raises ErrorSchemaValidation.
    """
    match text.strip():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise schema_violation(f"'{text}' is not a boolean.")


def read_int(text: str) -> int:
    """An xs:int.

    Raises ErrorSchemaValidation.
    """
    try:
        number = int(text)
    except ValueError:
        raise schema_violation(f"'{text}' is not a number.") from None
    if not -_INT_RANGE <= number < _INT_RANGE:
        raise schema_violation(f"'{text}' is out of range.")
    return number


def read_time(text: str, zone: tzinfo = UTC) -> datetime:
    """An xs:dateTime as a UTC instant; one without offset is a wall time in `zone`.

    Raises ErrorSchemaValidation, and ErrorCalendarOutOfRange for a year Exchange does not keep.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        instant = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise schema_violation(f"'{text}' is not a date and time.") from None
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ExchangeError("ErrorCalendarOutOfRange", "The date is out of range.")
    return instant


def read_duration(text: str) -> timedelta:
    """An xs:duration of hours and minutes.

    Raises ErrorSchemaValidation.
    """
    matched = _DURATION.fullmatch(text.strip())
    if matched is None:
        raise schema_violation(f"'{text}' is no duration.")
    sign, hours, minutes = matched.groups()
    length = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -length if sign else length


@lru_cache(maxsize=4096)
def write_time(moment: datetime) -> str:
    """A UTC instant as Exchange writes it, to the second. Many fields of an item hold the same instant."""
    return moment.isoformat(timespec="seconds")[:19] + "Z"


def write_bool(value: object) -> str:
    """An xs:boolean."""
    return "true" if value else "false"


def writable(text: str) -> str:
    """A text ready to stand in an element."""
    return escape(_UNWRITABLE.sub("", text)) if _UNPLAIN.search(text) else text


def attribute(text: str) -> str:
    """A text ready to stand as an attribute's value, with its quotes."""
    return quoteattr(_UNWRITABLE.sub("", text))


def leaf(name: str, text: str) -> str:
    """An element with text in it, such as `t:Subject`."""
    return f"<{name}>{writable(text)}</{name}>"


def flag(name: str, value: object) -> str:
    """An element of the types namespace with an xs:boolean in it."""
    return f"<t:{name}>true</t:{name}>" if value else f"<t:{name}>false</t:{name}>"
