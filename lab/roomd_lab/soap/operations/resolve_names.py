"""ResolveNames: the directory's answer to a name."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.people import Address
from roomd_lab.soap.answers import refusal, response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.people_fields import mailbox
from roomd_lab.soap.xml import child, leaf, m, text_of

_NAME = "ResolveNamesResponseMessage"
_MOST = 100


def resolve_names(call: Call) -> str:
    """At most 100 candidates; several are a warning, none is an error (ResolveNames operation)."""
    wanted = text_of(child(call.element, m("UnresolvedEntry")))
    if not wanted.strip():
        error = ExchangeError("ErrorInvalidNameForNameResolution", "The name is empty.")
        return response("ResolveNames", refusal(_NAME, error))
    found = call.organization.directory.search(wanted)
    full = call.element.get("ReturnFullContactData", "false").lower() in {"true", "1"}
    return response("ResolveNames", _message(found, full=full))


def _message(found: list[Address], *, full: bool) -> str:
    if not found:
        return refusal(_NAME, ExchangeError("ErrorNameResolutionNoResults", "No results were found."))
    content = (
        f'<m:ResolutionSet TotalItemsInView="{min(len(found), _MOST)}" '
        f'IncludesLastItemInRange="{"true" if len(found) <= _MOST else "false"}">'
        + "".join(_resolution(each, full=full) for each in found[:_MOST])
        + "</m:ResolutionSet>"
    )
    if len(found) == 1:
        return success(_NAME, content)
    error = ExchangeError("ErrorNameResolutionMultipleResults", "Multiple results were found.")
    return refusal(_NAME, error, content, severity="Warning")


def _resolution(address: Address, *, full: bool) -> str:
    contact = ""
    if full:
        contact = (
            f"<t:Contact>{leaf('t:DisplayName', address.name)}"
            f'<t:EmailAddresses><t:Entry Key="EmailAddress1">{leaf("", "SMTP:" + address.smtp)[2:-3]}</t:Entry>'
            "</t:EmailAddresses><t:ContactSource>ActiveDirectory</t:ContactSource></t:Contact>"
        )
    return f"<t:Resolution>{mailbox(address)}{contact}</t:Resolution>"
