"""The SOAP envelope: what a request says about itself, and how an answer or a fault is wrapped."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from roomd_lab.model.access import Caller, impersonate
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.organization import Organization
from roomd_lab.model.people import Account
from roomd_lab.model.zones import zone_info
from roomd_lab.soap.answers import message_xml, values_of
from roomd_lab.soap.xml import (
    ERRORS,
    MESSAGES,
    SOAP,
    TYPES,
    Element,
    attribute,
    local_name,
    m,
    parse,
    s,
    schema_violation,
    t,
    text_of,
    writable,
)
from roomd_lab.soap.zone_definition import read_zone_id

_VERSIONS = (
    "Exchange2007",
    "Exchange2007_SP1",
    "Exchange2010",
    "Exchange2010_SP1",
    "Exchange2010_SP2",
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
)
_NEWEST = "Exchange2016"


@dataclass(frozen=True, slots=True)
class Request:
    """One decoded envelope: the operation's name and element, and what its header asks for."""

    operation: str
    body: Element
    version: str
    zone: tzinfo
    acting: tuple[str, str] | None


def read_request(document: bytes) -> Request:
    """Decode an envelope.

    Raises ErrorSchemaValidation, and ErrorInvalidServerVersion for a version Exchange never had.
    """
    root = parse(document)
    if root.tag != s("Envelope"):
        raise schema_violation("The document is no SOAP envelope.")
    content = root.find(s("Body"))
    if content is None or len(content) != 1:
        raise schema_violation("The SOAP body holds no single operation.")
    header = root.find(s("Header"))
    operation = local_name(content[0])
    if content[0].tag != m(operation):
        raise schema_violation("The operation is not in the messages namespace.")
    return Request(
        operation=operation.removesuffix("Request"),
        body=content[0],
        version=_version(header),
        zone=_zone(header),
        acting=_acting(header),
    )


def caller_of(request: Request, organization: Organization, account: Account) -> Caller:
    """Who the request is made as.

    Raises ErrorImpersonateUserDenied and ErrorNonExistentMailbox.
    """
    if request.acting is None:
        return Caller(account=account, acts_as=account.mailbox, directory=organization.directory)
    kind, name = request.acting
    return impersonate(organization, account, name, kind)


def _version(header: Element | None) -> str:
    element = None if header is None else header.find(t("RequestServerVersion"))
    version = _NEWEST if element is None else element.get("Version", "")
    if version not in _VERSIONS:
        raise ExchangeError("ErrorInvalidServerVersion", "The specified server version is invalid.")
    return version


def _zone(header: Element | None) -> tzinfo:
    path = f"{t('TimeZoneContext')}/{t('TimeZoneDefinition')}"
    element = None if header is None else header.find(path)
    return UTC if element is None else zone_info(read_zone_id(element))


def _acting(header: Element | None) -> tuple[str, str] | None:
    path = f"{t('ExchangeImpersonation')}/{t('ConnectingSID')}"
    element = None if header is None else header.find(path)
    if element is None:
        return None
    if len(element) != 1 or not text_of(element[0]).strip():
        raise ExchangeError(
            "ErrorInvalidExchangeImpersonationHeaderData", "ExchangeImpersonation SOAP header must name one user."
        )
    return local_name(element[0]), text_of(element[0]).strip()


def write_answer(content: str, version: str = _NEWEST) -> bytes:
    """An operation's answer in its envelope."""
    return _envelope(content, version)


def write_fault(error: ExchangeError, *, back_off_ms: int | None = None) -> bytes:
    """A refusal of the whole request."""
    wait = {} if back_off_ms is None else {"BackOffMilliseconds": str(back_off_ms)}
    hint = message_xml("t:MessageXml", wait | values_of(error))
    return _envelope(
        f'<s:Fault><faultcode xmlns:a="{TYPES}">a:{error.code}</faultcode>'
        f'<faultstring xml:lang="en-US">{writable(error.text)}</faultstring>'
        f'<detail><e:ResponseCode xmlns:e="{ERRORS}">{error.code}</e:ResponseCode>'
        f'<e:Message xmlns:e="{ERRORS}">{writable(error.text)}</e:Message>{hint}</detail></s:Fault>',
        _NEWEST,
    )


def _envelope(content: str, version: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>'
        '<h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="61" '
        f'Version={attribute(_schema_version(version))} xmlns:h="{TYPES}"/></s:Header>'
        f'<s:Body xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{content}</s:Body></s:Envelope>'
    ).encode()


def write_streamed(content: str, version: str) -> bytes:
    """One envelope of an event stream.

    Exchange writes these another way: no declaration, and Envelope without a prefix, which clients look for.
    """
    return (
        f'<Envelope xmlns="{SOAP}"><soap11:Header xmlns:soap11="{SOAP}">'
        '<ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="61" '
        f'Version={attribute(_schema_version(version))} xmlns="{TYPES}"/></soap11:Header>'
        f'<soap11:Body xmlns:soap11="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{content}</soap11:Body>'
        "</Envelope>"
    ).encode()


def _schema_version(requested: str) -> str:
    """Exchange 2013 and later answer with an internal version name to those who ask for one of theirs."""
    return "V2017_07_11" if requested >= "Exchange2013" else requested
