"""An answer is believed only if it is whole; and what Exchange said no with.

exchangelib parses with ``recover``: of a feed page cut off in the middle it returns the first changes together with
the sync state that covers all of them. Here an answer is well-formed to its last tag, declares nothing, and is one
SOAP envelope, or it is not an answer.
"""

from datetime import timedelta
from typing import TypeAlias

from lxml import etree
from msgspec import Struct

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it

Payload: TypeAlias = Element | str
"""The XML of what is asked: an element, or the text of one that declares the names it uses."""

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
MESSAGES = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
ERRORS = "{http://schemas.microsoft.com/exchange/services/2006/errors}"

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes. A page of 512 items is about 2 MB."""


class Malformed(Exception):  # noqa: N818 - a judgement on an answer, turned into the port's errors by the line
    """The answer is not a whole EWS answer. The message says in what way, and quotes nothing of it."""


class ServerFault(Exception):  # noqa: N818 - SOAP's own word
    """Exchange said no: ``code`` is its ResponseCode, ``text`` its words, ``back_off`` the pause it asks for.

    ``about`` is the mailbox meant, where a request asked about several.
    """

    def __init__(self, code: str, text: str = "", back_off: timedelta | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.back_off = back_off
        self.about: str | None = None


class _Values(Struct, frozen=True):
    """What a MessageXml element adds to a fault (EWS MessageXml)."""

    back_off: timedelta | None
    inner_code: str | None


def open_envelope(body: bytes) -> Element:
    """Return the one element in the SOAP body. Raise Malformed, or ServerFault for a SOAP fault."""
    content = _body_content(_parse(body))
    if content.tag == SOAP + "Fault":
        raise _soap_fault(content)
    return content


def _parse(body: bytes) -> Element:
    parser = etree.XMLParser(
        recover=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(f"it is not well-formed XML (line {error.lineno})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("it declares a document type")
    return root


def _body_content(root: Element) -> Element:
    if root.tag != SOAP + "Envelope":
        raise Malformed("it is not a SOAP envelope")
    body = root.find(SOAP + "Body")
    if body is None or len(body) != 1:
        raise Malformed("its SOAP body is not one answer")
    return body[0]


def _soap_fault(fault: Element) -> ServerFault:
    detail = fault.find("detail")
    code = None if detail is None else detail.findtext(ERRORS + "ResponseCode")
    text = None if detail is None else detail.findtext(ERRORS + "Message")
    values = _values(None if detail is None else detail.find(TYPES + "MessageXml"))
    fallback = (fault.findtext("faultcode") or "").rpartition(":")[2]
    said = text or fault.findtext("faultstring") or ""
    return ServerFault(values.inner_code or code or fallback, said.strip(), values.back_off)


def response_messages(answer: Element) -> list[Element]:
    """Return the response messages in an answer, one for each thing asked, whether they say yes or no."""
    found = answer.find(MESSAGES + "ResponseMessages")
    if found is None or len(found) == 0:
        raise Malformed("it has no response message")
    return list(found)


def check(message: Element) -> Element:
    """Return the response message if it says yes. Raise ServerFault with its code if it does not."""
    code = message.findtext(MESSAGES + "ResponseCode")
    if code is None:
        raise Malformed("a response message has no response code")
    if code != "NoError":
        text = message.findtext(MESSAGES + "MessageText") or ""
        values = _values(message.find(MESSAGES + "MessageXml"))
        raise ServerFault(values.inner_code or code, text.strip(), values.back_off)
    return message


def only_message(answer: Element) -> Element:
    """Return the single response message of an answer, if it says yes. Raise ServerFault or Malformed."""
    messages = response_messages(answer)
    if len(messages) != 1:
        raise Malformed(f"one response message was expected, {len(messages)} came")
    return check(messages[0])


def _values(message_xml: Element | None) -> _Values:
    named = {} if message_xml is None else {v.get("Name"): v.text for v in message_xml.iter(TYPES + "Value")}
    milliseconds = named.get("BackOffMilliseconds")
    waits = milliseconds is not None and milliseconds.isdecimal()
    back_off = timedelta(milliseconds=int(milliseconds)) if waits and milliseconds else None
    return _Values(back_off, named.get("InnerErrorResponseCode"))
