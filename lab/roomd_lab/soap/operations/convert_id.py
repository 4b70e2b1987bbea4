"""ConvertId: the forms an id can be written in."""

import base64
from collections.abc import Callable
from urllib.parse import quote, unquote

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.answers import refusal, response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.xml import Element, attribute, child, m, schema_violation

_NAME = "ConvertIdResponseMessage"


def convert_id(call: Call) -> str:
    """EwsId, EntryId and StoreId are base64 of the same bytes here.

    HexEntryId is their hexadecimal form, OwaId one that can stand in an address.
    """
    wanted = call.element.get("DestinationFormat", "")
    ids = child(call.element, m("SourceIds"))
    return response("ConvertId", call.each(_NAME, ids, lambda source: _convert(call, source, wanted)))


def _convert(call: Call, source: Element, wanted: str) -> str:
    if wanted not in {"EwsId", "EwsLegacyId", "EntryId", "StoreId", "HexEntryId", "OwaId"}:
        raise schema_violation(f"'{wanted}' is no id format.")
    try:
        entry_id = _entry_id(source.get("Id", ""), source.get("Format", ""))
        mailbox = call.organization.mailbox_of_id(entry_id)
    except (ValueError, ExchangeError):
        return refusal(_NAME, ExchangeError("ErrorInvalidIdMalformed", "Id is malformed."))
    converted = _WRITTEN[wanted](entry_id) if wanted in _WRITTEN else entry_id
    return success(
        _NAME,
        '<m:AlternateId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:AlternateIdType" '
        f'Format="{wanted}" Id={attribute(converted)} Mailbox={attribute(mailbox.owner.smtp)}/>',
    )


def _entry_id(given: str, form: str) -> str:
    if form == "HexEntryId":
        return base64.b64encode(bytes.fromhex(given)).decode()
    return unquote(given) if form == "OwaId" else given


_WRITTEN: dict[str, Callable[[str], str]] = {
    "HexEntryId": lambda entry_id: base64.b64decode(entry_id).hex().upper(),
    "OwaId": lambda entry_id: quote(entry_id, safe=""),
}
