"""Response messages: the parts of an answer that say how it went with each thing asked for."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import TYPES, attribute, leaf, writable


def success(name: str, content: str = "") -> str:
    """One response message that went well."""
    return f'<m:{name} ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{content}</m:{name}>'


def refusal(name: str, error: ExchangeError, content: str = "", *, severity: str = "Error") -> str:
    """One response message that says no; `content` is what the schema asks for even then."""
    return (
        f'<m:{name} ResponseClass="{severity}">{leaf("m:MessageText", error.text)}'
        f"<m:ResponseCode>{error.code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
        f"{message_xml('m:MessageXml', values_of(error))}{content}</m:{name}>"
    )


def values_of(error: ExchangeError) -> dict[str, str]:
    """What a refusal tells besides its sentence, and of the error behind it (MessageXml)."""
    if not error.inner_code:
        return dict(error.details)
    return {
        **error.details,
        "InnerErrorMessageText": f"{error.inner_code}, on demand.",
        "InnerErrorResponseCode": error.inner_code,
        "InnerErrorDescriptiveLinkKey": "0",
    }


def message_xml(name: str, values: dict[str, str]) -> str:
    """The named values that go with a refusal; `name` is that of the element, which a fault has elsewhere."""
    if not values:
        return ""
    written = "".join(f"<t:Value Name={attribute(key)}>{writable(value)}</t:Value>" for key, value in values.items())
    return f'<{name} xmlns:t="{TYPES}">{written}</{name}>'


def response(operation: str, messages: str) -> str:
    """The element that holds an operation's response messages."""
    return f"<m:{operation}Response><m:ResponseMessages>{messages}</m:ResponseMessages></m:{operation}Response>"
