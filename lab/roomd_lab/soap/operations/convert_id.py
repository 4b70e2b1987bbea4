"""ConvertId: the forms an id can be written in."""

import base64

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.call import Call, each
from roomd_lab.soap.envelope import refusal, response, success
from roomd_lab.soap.xml import Element, attribute, child, m, schema_violation

_NAME = "ConvertIdResponseMessage"


def convert_id(call: Call) -> str:
    """EwsId, EntryId and StoreId are base64 of the same bytes here; HexEntryId is their hexadecimal form."""
    wanted = call.element.get("DestinationFormat", "")
    ids = child(call.element, m("SourceIds"))
    return response("ConvertId", each(_NAME, ids, lambda source: _convert(call, source, wanted)))


def _convert(call: Call, source: Element, wanted: str) -> str:
    if wanted not in {"EwsId", "EwsLegacyId", "EntryId", "StoreId", "HexEntryId"}:
        raise schema_violation(f"'{wanted}' is no id format.")
    given = source.get("Id", "")
    try:
        entry_id = base64.b64encode(bytes.fromhex(given)).decode() if source.get("Format") == "HexEntryId" else given
        mailbox = call.organization.mailbox_of_id(entry_id)
    except (ValueError, ExchangeError):
        return refusal(_NAME, ExchangeError("ErrorInvalidIdMalformed", "Id is malformed."))
    converted = base64.b64decode(entry_id).hex().upper() if wanted == "HexEntryId" else entry_id
    return success(
        _NAME,
        '<m:AlternateId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:AlternateIdType" '
        f'Format="{wanted}" Id={attribute(converted)} Mailbox={attribute(mailbox.owner.smtp)}/>',
    )
