"""Autodiscover: where a mailbox's EWS is, asked for in SOAP (GetUserSettings) or plain XML (POX)."""

from collections.abc import Callable

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.people import Address
from roomd_lab.soap.xml import SOAP, Element, leaf, local_name, parse, text_of, writable

_AUTODISCOVER = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_POX = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_OUTLOOK_REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

_SETTINGS: dict[str, Callable[[Address, str], str]] = {
    "UserDisplayName": lambda owner, _: owner.name,
    "AutoDiscoverSMTPAddress": lambda owner, _: owner.smtp,
    "InternalEwsUrl": lambda _, ews: ews,
    "ExternalEwsUrl": lambda _, ews: ews,
    "ExternalEwsVersion": lambda *_: "15.01.2507.000",
    "CasVersion": lambda *_: "15.01.2507.061",
    "EwsSupportedSchemas": lambda *_: "Exchange2007, Exchange2010, Exchange2010_SP2, Exchange2013, Exchange2016",
    "GroupingInformation": lambda *_: "LAB",
    "InternalMailboxServer": lambda *_: "lab.example.com",
}


def answer_soap(document: bytes, directory: Directory, ews_url: str) -> bytes:
    """GetUserSettings of each named mailbox; settings this server does not keep are listed as errors.

    Raises ErrorSchemaValidation.
    """
    root = parse(document)
    wanted = [text_of(each) for each in root.iter(f"{{{_AUTODISCOVER}}}Setting")]
    users = [text_of(each).strip() for each in root.iter(f"{{{_AUTODISCOVER}}}Mailbox")]
    answers = "".join(_user(directory.find(user), wanted, ews_url) for user in users)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>'
        f'<h:ServerVersionInfo xmlns:h="{_AUTODISCOVER}"><h:MajorVersion>15</h:MajorVersion>'
        "<h:MinorVersion>1</h:MinorVersion><h:MajorBuildNumber>2507</h:MajorBuildNumber>"
        "<h:MinorBuildNumber>61</h:MinorBuildNumber><h:Version>Exchange2015</h:Version></h:ServerVersionInfo>"
        f'</s:Header><s:Body><GetUserSettingsResponseMessage xmlns="{_AUTODISCOVER}"><Response xmlns:i="{_XSI}">'
        f"<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses>{answers}</UserResponses></Response>"
        "</GetUserSettingsResponseMessage></s:Body></s:Envelope>"
    ).encode()


def _user(owner: Address | None, wanted: list[str], ews_url: str) -> str:
    if owner is None:
        return (
            "<UserResponse><ErrorCode>InvalidUser</ErrorCode><ErrorMessage>Invalid user.</ErrorMessage>"
            '<RedirectTarget i:nil="true"/><UserSettingErrors/><UserSettings/></UserResponse>'
        )
    unknown = "".join(
        f"<UserSettingError><ErrorCode>InvalidSetting</ErrorCode><ErrorMessage/>{leaf('SettingName', name)}"
        "</UserSettingError>"
        for name in wanted
        if name not in _SETTINGS
    )
    known = "".join(
        f'<UserSetting i:type="StringSetting">{leaf("Name", name)}{leaf("Value", _SETTINGS[name](owner, ews_url))}'
        "</UserSetting>"
        for name in wanted
        if name in _SETTINGS
    )
    return (
        "<UserResponse><ErrorCode>NoError</ErrorCode><ErrorMessage>No error.</ErrorMessage>"
        f'<RedirectTarget i:nil="true"/><UserSettingErrors>{unknown}</UserSettingErrors>'
        f"<UserSettings>{known}</UserSettings></UserResponse>"
    )


def answer_pox(document: bytes, directory: Directory, ews_url: str) -> bytes:
    """Plain-XML Autodiscover; error 600 for a request that is none, 500 for a stranger's address."""
    try:
        address = _address(parse(document))
    except ExchangeError:
        address = None
    if address is None:
        return _pox_error(600, "Invalid Request")
    owner = directory.find(address)
    return _pox_error(500, "The e-mail address cannot be found.") if owner is None else _pox(owner, ews_url)


def _address(root: Element) -> str | None:
    found = next(root.iter(f"{{{_OUTLOOK_REQUEST}}}EMailAddress"), None)
    return text_of(found).strip() if local_name(root) == "Autodiscover" and found is not None else None


def _pox(owner: Address, ews_url: str) -> bytes:
    urls = f"{leaf('ASUrl', ews_url)}{leaf('EwsUrl', ews_url)}{leaf('OOFUrl', ews_url)}"
    protocols = "".join(
        f"<Protocol><Type>{kind}</Type><Server>lab.example.com</Server><ServerVersion>73C189CB</ServerVersion>{urls}"
        "</Protocol>"
        for kind in ("EXCH", "EXPR")
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_POX}"><Response xmlns="{_OUTLOOK}">'
        f"<User>{leaf('DisplayName', owner.name)}{leaf('AutoDiscoverSMTPAddress', owner.smtp)}</User>"
        f"<Account><AccountType>email</AccountType><Action>settings</Action>{protocols}</Account>"
        "</Response></Autodiscover>"
    ).encode()


def _pox_error(code: int, text: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_POX}"><Response>'
        f'<Error Time="00:00:00.0000000" Id="1"><ErrorCode>{code}</ErrorCode><Message>{writable(text)}</Message>'
        "<DebugData/></Error></Response></Autodiscover>"
    ).encode()
