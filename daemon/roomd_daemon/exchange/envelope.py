"""What goes around a request: the SOAP envelope, and HTTP's headers. Written plainly, as a mailbox is asked often.

``requests`` merges, checks and copies what every call says anew, and exchangelib builds the same header elements
each time: about a fifth of the work that a small request is.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

import requests
from lxml import etree
from requests.structures import CaseInsensitiveDict

from roomd_daemon.exchange.soap import MESSAGES, SOAP, TYPES, Payload

_START = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    f'<s:Envelope xmlns:s="{SOAP[1:-1]}" xmlns:m="{MESSAGES[1:-1]}" xmlns:t="{TYPES[1:-1]}"><s:Header>'
)
_END = b"</s:Body></s:Envelope>"


def wrap(payload: Payload, *, version: str, as_whom: str | None) -> bytes:
    """Return the SOAP request around a payload: its schema version, and the mailbox that it impersonates, if any."""
    asked = f"<t:RequestServerVersion Version={quoteattr(version)}/>"
    content = payload.encode() if isinstance(payload, str) else etree.tostring(payload)
    return b"".join((f"{_START}{asked}{_impersonation(as_whom)}</s:Header><s:Body>".encode(), content, _END))


def _impersonation(as_whom: str | None) -> str:
    """Return who is acted as (EWS ExchangeImpersonation)."""
    if as_whom is None:
        return ""
    sid = f"<t:ConnectingSID><t:PrimarySmtpAddress>{escape(as_whom)}</t:PrimarySmtpAddress></t:ConnectingSID>"
    return f"<t:ExchangeImpersonation>{sid}</t:ExchangeImpersonation>"


def post(session: requests.Session, url: str, body: bytes, headers: Mapping[str, str]) -> requests.PreparedRequest:
    """Return a POST with the session's headers, cookies and sign-in, ready for ``session.send``.

    ``url`` is the configured endpoint, which was checked when it was read, and needs nothing more.
    """
    request = requests.PreparedRequest()
    request.method, request.url, request.body = "POST", url, body
    request.hooks = {"response": []}
    length = {"Content-Length": str(len(body))}
    request.headers = CaseInsensitiveDict({**session.headers, **headers, **length})
    request.prepare_cookies(session.cookies)
    request.prepare_auth(session.auth, url)
    return request
