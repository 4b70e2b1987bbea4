import base64
import http.client

import exchangelib
import pytest
import spnego
from exchangelib.errors import UnauthorizedError

from lab.wire import GUANGHAN, ZHANGSAN, Client, envelope

GET_CALENDAR = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
)


def test_the_server_offers_what_exchange_offers(client: Client) -> None:
    connection = client.http()
    connection.request("POST", "/EWS/Exchange.asmx", b"")
    response = connection.getresponse()
    response.read()
    assert response.status == 401
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", "NTLM", 'Basic realm="lab"']
    connection.close()


@pytest.mark.parametrize("auth", [exchangelib.NTLM, exchangelib.BASIC])
def test_ntlm_and_basic_open_a_mailbox(client: Client, auth: str | None) -> None:
    assert client.mailbox(GUANGHAN, auth=auth).calendar.total_count == 0


def test_exchangelib_finds_ntlm_by_itself(client: Client) -> None:
    assert client.mailbox(GUANGHAN, auth=None).protocol.auth_type == exchangelib.NTLM


@pytest.mark.parametrize("auth", [exchangelib.NTLM, exchangelib.BASIC])
def test_a_wrong_password_is_refused(client: Client, auth: str | None) -> None:
    with pytest.raises(UnauthorizedError):
        client.mailbox(GUANGHAN, auth=auth, password="wrong").calendar.refresh()


def test_an_unknown_user_is_refused(client: Client) -> None:
    secret = base64.b64encode(b"EXAMPLE\\nobody-at-all:x").decode()
    status, _ = client.post(envelope(GET_CALENDAR), headers={"Authorization": f"Basic {secret}"})
    assert status == 401


@pytest.mark.parametrize(
    "value", ["Basic !!!", "NTLM !!!", "Negotiate AAAA", "NTLM TlRMTVNTUAA=", "Bearer x", "", "NTLM"]
)
def test_a_nonsensical_authorization_is_refused(client: Client, value: str) -> None:
    assert client.post(envelope(GET_CALENDAR), headers={"Authorization": value})[0] == 401


def test_basic_signs_in_one_request_and_not_the_connection(client: Client) -> None:
    connection = client.http()
    statuses = []
    for headers in (client.basic(), {}):
        connection.request("POST", "/EWS/Exchange.asmx", envelope(GET_CALENDAR), headers)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [200, 401]


def test_ntlm_signs_in_the_connection(client: Client) -> None:
    account = client.lab.account("svc-roomd")
    context = spnego.client(account.username, account.password, protocol="ntlm")
    connection = client.http()

    def send(headers: dict[str, str]) -> http.client.HTTPResponse:
        connection.request("POST", "/EWS/Exchange.asmx", envelope(GET_CALENDAR), headers)
        response = connection.getresponse()
        response.read()
        return response

    def token(data: bytes) -> dict[str, str]:
        return {"Authorization": "NTLM " + base64.b64encode(data).decode()}

    challenge = send(token(context.step()))
    assert challenge.status == 401
    reply = base64.b64decode(challenge.headers["WWW-Authenticate"].removeprefix("NTLM "))
    assert send(token(context.step(reply))).status == 200
    assert send({}).status == 200
    connection.close()


def test_a_person_signs_in_to_their_own_mailbox_by_upn_or_domain_name(client: Client) -> None:
    mailbox = client.mailbox(ZHANGSAN, account="zhangsan", delegate=True)
    assert mailbox.calendar.total_count == 0
    secret = f"{client.lab.account('zhangsan').upn}:{client.lab.account('zhangsan').password}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(secret).decode()}
    assert client.post(envelope(GET_CALENDAR, acts_as=None), headers=headers)[0] == 200
