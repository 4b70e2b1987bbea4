"""Any EWS endpoint, asked in plain SOAP so that nothing stands between a statement and the wire."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests
from lxml import etree
from requests_ntlm import HttpNtlmAuth

from lab.ews_schema import assert_valid

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
NAMESPACES = {"s": SOAP, "t": TYPES, "m": MESSAGES, "e": ERRORS}
_PATIENCE_SECONDS = 90.0

SeenT = TypeVar("SeenT")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where to ask, as whom, and the mailboxes to ask about.

    The account must be allowed to impersonate `organizer`, `attendee` and `room`. The room must accept by itself and
    refuse conflicts (AutomateProcessing AutoAccept, AllowConflicts false).
    """

    endpoint: str
    username: str
    password: str
    organizer: str
    attendee: str
    room: str
    ca_file: str | None = None
    auth: str = "ntlm"

    @classmethod
    def from_file(cls, path: Path) -> "Site":
        """The site that a JSON file describes; the names in it are the fields of this class."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


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
        """What an XPath finds; the prefixes are s, t, m and e."""
        return list(self.root.xpath(path, namespaces=NAMESPACES))

    def texts(self, path: str) -> list[str]:
        """The texts of the elements an XPath finds."""
        return [element.text or "" for element in self.all(path)]

    def text(self, path: str) -> str:
        """The text of the one element an XPath finds."""
        (text,) = self.texts(path)
        return text

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

    def ask(self, operation: str, acts_as: str | None = None) -> Answer:
        """Send one operation, impersonating the organizer unless somebody else is named."""
        response = self._post(operation, acts_as, stream=False)
        assert response.status_code in {200, 500}, response.status_code
        assert_valid(response.content)
        return Answer(response.status_code, response.content)

    def stream(self, operation: str, acts_as: str | None = None) -> requests.Response:
        """Send an operation whose answer goes on."""
        return self._post(operation, acts_as, stream=True)

    def _post(self, operation: str, acts_as: str | None, *, stream: bool) -> requests.Response:
        return self._http.post(
            self.site.endpoint,
            self._envelope(operation, acts_as),
            headers=_HEADERS,
            timeout=120,
            stream=stream,
            verify=self.site.ca_file or True,
        )

    def _envelope(self, operation: str, acts_as: str | None) -> bytes:
        return (
            f'<s:Envelope xmlns:s="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}"><s:Header>'
            '<t:RequestServerVersion Version="Exchange2016"/><t:ExchangeImpersonation><t:ConnectingSID>'
            f"<t:PrimarySmtpAddress>{acts_as or self.site.organizer}</t:PrimarySmtpAddress></t:ConnectingSID>"
            f"</t:ExchangeImpersonation></s:Header><s:Body>{operation}</s:Body></s:Envelope>"
        ).encode()


_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}


def eventually(look: Callable[[], SeenT]) -> SeenT:
    """What `look` sees as soon as it is something; mail takes its time on a real server."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < deadline, "nothing came of it"
        time.sleep(0.5)
    return seen


def unique(subject: str) -> str:
    """A subject no other run has."""
    return f"{subject} {uuid.uuid4().hex[:8]}"
