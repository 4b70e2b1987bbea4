"""Clients of the lab for its tests: exchangelib, and bare HTTP."""

import base64
import http.client
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import exchangelib
import requests
import requests.adapters
from exchangelib import Account
from exchangelib.protocol import BaseProtocol

from lab.ews_schema import assert_valid
from roomd_lab import Lab, LabAddress

ZHANGSAN = "zhangsan@example.com"
EMMA = "emma.lindqvist@example.com"
LISI = "lisi@example.com"
GUANGHAN = "guanghan@example.com"
SHUIJING = "shuijing@example.com"
WORKSHOP = "workshop@example.com"
TOMORROW = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
HOUR = timedelta(hours=1)


class CheckingAdapter(requests.adapters.HTTPAdapter):
    """Trusts the lab's certificate and validates each of its answers."""

    ca_file = ""

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002 - as requests calls it
        super().cert_verify(conn=conn, url=url, verify=self.ca_file, cert=cert)

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().send(*args, **kwargs)
        if response.status_code == 200 and kwargs.get("stream") is not True:
            assert_valid(response.content)
        return response


@dataclass
class Client:
    """Opens mailboxes with exchangelib."""

    lab: Lab
    address: LabAddress

    def mailbox(
        self,
        smtp: str,
        *,
        account: str = "svc-roomd",
        password: str | None = None,
        auth: str | None = exchangelib.NTLM,
        delegate: bool = False,
    ) -> exchangelib.Account:
        """An exchangelib account, by impersonation unless `delegate`."""
        CheckingAdapter.ca_file = str(self.address.ca_file)
        BaseProtocol.HTTP_ADAPTER_CLS = CheckingAdapter
        who = self.lab.account(account)
        credentials = exchangelib.Credentials(who.username, password or who.password)
        configuration = exchangelib.Configuration(
            service_endpoint=self.address.endpoint,
            credentials=credentials,
            auth_type=auth,
            version=exchangelib.Version(exchangelib.Build(15, 1)),
            retry_policy=exchangelib.FailFast(),
        )
        access = exchangelib.DELEGATE if delegate else exchangelib.IMPERSONATION
        return exchangelib.Account(smtp, config=configuration, autodiscover=False, access_type=access)

    def http(self) -> http.client.HTTPSConnection:
        """A bare connection to the server."""
        context = ssl.create_default_context(cafile=str(self.address.ca_file))
        return http.client.HTTPSConnection("127.0.0.1", self.address.port, context=context, timeout=10)

    def basic(self, account: str = "svc-roomd", password: str | None = None) -> dict[str, str]:
        """An Authorization header."""
        who = self.lab.account(account)
        secret = f"{who.username}:{password or who.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(secret).decode()}

    def post(
        self, body: bytes | str, *, path: str = "/EWS/Exchange.asmx", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one request, signed in by Basic unless told otherwise."""
        connection = self.http()
        try:
            connection.request("POST", path, body, self.basic() if headers is None else headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status in {200, 500} and path.startswith("/EWS"):
            assert_valid(content)
        return response.status, content


def envelope(operation: str, *, acts_as: str | None = GUANGHAN, version: str = "Exchange2016") -> bytes:
    """A SOAP request of one operation."""
    impersonation = (
        f"<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>{acts_as}</t:PrimarySmtpAddress>"
        "</t:ConnectingSID></t:ExchangeImpersonation>"
        if acts_as
        else ""
    )
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
        'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Header>'
        f'<t:RequestServerVersion Version="{version}"/>{impersonation}</s:Header>'
        f"<s:Body>{operation}</s:Body></s:Envelope>"
    ).encode()


def meeting(
    account: Account,
    *,
    start: datetime = TOMORROW,
    rooms: Sequence[str] = (GUANGHAN,),
    people: Sequence[str] = (),
    subject: str = "Planning",
    **fields: Any,
) -> exchangelib.CalendarItem:
    """An unsaved exchangelib meeting of one hour."""
    zone = exchangelib.EWSTimeZone("Asia/Shanghai")
    begin = exchangelib.EWSDateTime.from_datetime(start).astimezone(zone)
    return exchangelib.CalendarItem(
        account=account,
        folder=account.calendar,
        subject=subject,
        start=begin,
        end=begin + HOUR,
        resources=list(rooms) or None,
        required_attendees=list(people) or None,
        **fields,
    )
