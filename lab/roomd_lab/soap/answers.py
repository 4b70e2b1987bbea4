"""Response messages: the parts of an answer that say how it went with each thing asked for."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import leaf


def success(name: str, content: str = "") -> str:
    """One response message that went well."""
    return f'<m:{name} ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{content}</m:{name}>'


def refusal(name: str, error: ExchangeError, content: str = "", *, severity: str = "Error") -> str:
    """One response message that says no; `content` is what the schema asks for even then."""
    return (
        f'<m:{name} ResponseClass="{severity}">{leaf("m:MessageText", error.text)}'
        f"<m:ResponseCode>{error.code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
        f"{content}</m:{name}>"
    )


def response(operation: str, messages: str) -> str:
    """The element that holds an operation's response messages."""
    return f"<m:{operation}Response><m:ResponseMessages>{messages}</m:ResponseMessages></m:{operation}Response>"
