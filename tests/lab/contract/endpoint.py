"""Any EWS endpoint, asked in plain SOAP so that nothing stands between a statement and the wire."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from lxml import etree
from requests_ntlm import HttpNtlmAuth

from lab.ews_schema import assert_valid

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
AUTODISCOVER = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
NAMESPACES = {"s": SOAP, "t": TYPES, "m": MESSAGES, "e": ERRORS, "a": AUTODISCOVER, "o": OUTLOOK}
_PATIENCE_SECONDS = 90.0

SeenT = TypeVar("SeenT")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where to ask, as whom, and the mailboxes to ask about.

    The account must be allowed to impersonate `organizer`, `attendee` and `room`. The room must accept by itself and
    refuse conflicts (AutomateProcessing AutoAccept, AllowConflicts false). What stands below `auth` is asked for by
    single tests, which are skipped without it: how `attendee` is called otherwise, `delegate` with a password of its
    own, who is editor of the organizer's calendar and sees nothing else of that mailbox, a mailbox `outside_scope` of
    impersonation, and a `room_list` with the room in it.
    """

    endpoint: str
    username: str
    password: str
    organizer: str
    attendee: str
    room: str
    ca_file: str | None = None
    auth: str = "ntlm"
    principal_name: str | None = None
    sid: str | None = None
    delegate: str | None = None
    delegate_password: str | None = None
    outside_scope: str | None = None
    room_list: str | None = None

    def require(self, *names: str) -> tuple[str, ...]:
        """The values of optional fields; skips the test when the file does not give one."""
        missing = [name for name in names if getattr(self, name) is None]
        if missing:
            pytest.skip(f"the endpoint's file gives no {' and no '.join(missing)}")
        return tuple(getattr(self, name) for name in names)

    @classmethod
    def from_file(cls, path: Path) -> "Site":
        """The site that a JSON file describes; the names in it are the fields of this class.

        Raises pytest.UsageError for a file that cannot be read, or that says too little or too much.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise pytest.UsageError(f"{path} describes no endpoint: {error}") from None


class Answer:
    """A SOAP answer, or a fault."""

    def __init__(self, status: int, content: bytes) -> None:
        self.status = status
        self.root = etree.fromstring(content)

    @property
    def codes(self) -> list[str]:
        """The response codes of its messages, or that of the fault."""
        return self.texts("//m:ResponseCode | //e:ResponseCode")

    @property
    def code(self) -> str:
        """Its one response code."""
        (code,) = self.codes
        return code

    def all(self, path: str) -> list[Any]:
        """What an XPath finds; the prefixes are s, t, m, e, a and o."""
        return list(self.root.xpath(path, namespaces=NAMESPACES))

    def texts(self, path: str) -> list[str]:
        """The texts of the elements an XPath finds."""
        return [element.text or "" for element in self.all(path)]

    def text(self, path: str) -> str:
        """The text of the one element an XPath finds."""
        (text,) = self.texts(path)
        return text

    def folder_id(self) -> str:
        """The first folder's id."""
        assert self.codes == ["NoError"], etree.tostring(self.root)
        return str(self.all("//t:FolderId")[0].get("Id"))

    def item_id(self) -> "ItemId":
        """The first item's id."""
        assert self.codes == ["NoError"], etree.tostring(self.root)
        element = self.all("//t:ItemId")[0]
        return ItemId(element.get("Id"), element.get("ChangeKey"))


@dataclass(frozen=True)
class ItemId:
    """An item in one version."""

    id: str
    change_key: str

    def element(self, name: str = "t:ItemId") -> str:
        """As requests name it."""
        return f'<{name} Id="{self.id}" ChangeKey="{self.change_key}"/>'


class Endpoint:
    """Asks a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._http = requests.Session()
        login = (site.username, site.password)
        self._http.auth = HttpNtlmAuth(*login) if site.auth == "ntlm" else login

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def ask(self, operation: str, acts_as: str | None = None, *, zone: str = "") -> Answer:
        """Send one operation, impersonating the organizer unless somebody else is named, in a zone or in UTC."""
        return self.ask_as(impersonating("PrimarySmtpAddress", acts_as or self.site.organizer), operation, zone=zone)

    def ask_as(self, impersonation: str, operation: str, *, zone: str = "") -> Answer:
        """Send one operation under an ExchangeImpersonation element, or under none."""
        return self.send(envelope(operation, impersonation, zone))

    def send(self, document: bytes) -> Answer:
        """Send a document as it is."""
        response = self._post(self.site.endpoint, document)
        assert response.status_code in {200, 500}, response.status_code
        assert_valid(response.content)
        return Answer(response.status_code, response.content)

    def raw(self, document: bytes) -> tuple[int, bytes]:
        """Status and content of whatever comes back."""
        response = self._post(self.site.endpoint, document)
        return response.status_code, response.content

    def status(self, operation: str) -> int:
        """The HTTP status of an operation that impersonates the organizer; a refused sign-in has one too."""
        return self.raw(envelope(operation, impersonating("PrimarySmtpAddress", self.site.organizer)))[0]

    def schemes(self) -> set[str]:
        """The ways to sign in that the endpoint offers, in lower case."""
        refused = requests.post(self.site.endpoint, timeout=60, verify=self.site.ca_file or True)
        offers = refused.raw.headers.getlist("WWW-Authenticate")
        return {scheme.strip().partition(" ")[0].lower() for scheme in offers}

    def stream(self, operation: str, acts_as: str | None = None) -> requests.Response:
        """Send an operation whose answer goes on."""
        impersonation = impersonating("PrimarySmtpAddress", acts_as or self.site.organizer)
        return self._post(self.site.endpoint, envelope(operation, impersonation), stream=True)

    def autodiscover(self, service: str, document: str) -> Answer:
        """Ask `autodiscover.svc` or `autodiscover.xml` of the endpoint's host."""
        place = self.site.endpoint.partition("://")[2].partition("/")[0]
        response = self._post(f"https://{place}/autodiscover/{service}", document.encode())
        return Answer(response.status_code, response.content)

    def _post(self, url: str, document: bytes, *, stream: bool = False) -> requests.Response:
        return self._http.post(
            url, document, headers=_HEADERS, timeout=120, stream=stream, verify=self.site.ca_file or True
        )


def impersonating(kind: str, name: str) -> str:
    """The ExchangeImpersonation of a user named by PrimarySmtpAddress, PrincipalName or SID."""
    return (
        f"<t:ExchangeImpersonation><t:ConnectingSID><t:{kind}>{name}</t:{kind}></t:ConnectingSID>"
        "</t:ExchangeImpersonation>"
    )


def envelope(operation: str, impersonation: str, zone: str = "", version: str = "Exchange2016") -> bytes:
    """A SOAP request of one operation, by a client of some version of Exchange."""
    context = f'<t:TimeZoneContext><t:TimeZoneDefinition Id="{zone}"/></t:TimeZoneContext>' if zone else ""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}"><s:Header>'
        f'<t:RequestServerVersion Version="{version}"/>{impersonation}{context}</s:Header>'
        f"<s:Body>{operation}</s:Body></s:Envelope>"
    ).encode()


_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}


def eventually(look: Callable[[], SeenT]) -> SeenT:
    """What `look` sees as soon as it is something; mail takes its time on a real server."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.5)
    return seen


RUN = f"contract-{uuid.uuid4().hex[:8]}"


def unique(subject: str) -> str:
    """A text nothing else has; all those of this run have `RUN` in them."""
    return f"{subject} {RUN}-{uuid.uuid4().hex[:8]}"
