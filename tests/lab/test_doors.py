"""Who gets in: channel binding, lock-out, tokens, scope, and being shown the way by Autodiscover."""

import base64
import hashlib
import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import exchangelib
import pytest
import spnego
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorImpersonateUserDenied,
    ErrorNonExistentMailbox,
    UnauthorizedError,
)
from spnego.channel_bindings import GssChannelBindings

from lab.wire import EMMA, GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Company, ExtendedProtection, Lab, Permission, SignInPolicy

GET_CALENDAR = envelope(
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
)


@contextmanager
def door(policy: SignInPolicy, lab: Lab | None = None) -> Iterator[Client]:
    chosen = lab or Lab(Company.seeded())
    with chosen.serve_in_thread(sign_in=policy) as address:
        yield Client(chosen, address)
        exchangelib.close_connections()


def ntlm(client: Client, bindings: bytes | None, *, scheme: str = "NTLM") -> int:
    """The status of a request signed in by NTLM that names its channel by this hash, or not at all."""
    account = client.lab.account("svc-roomd")
    named = GssChannelBindings(application_data=b"tls-server-end-point:" + bindings) if bindings else None
    context = spnego.client(account.username, account.password, protocol="ntlm", channel_bindings=named)
    connection = client.http()

    def send(token: bytes | None) -> http.client.HTTPResponse:
        headers = {"Authorization": f"{scheme} {base64.b64encode(token or b'').decode()}"}
        connection.request("POST", "/EWS/Exchange.asmx", GET_CALENDAR, headers)
        response = connection.getresponse()
        response.read()
        return response

    challenge = send(context.step()).headers["WWW-Authenticate"]
    status = send(context.step(base64.b64decode(challenge.removeprefix(f"{scheme} ")))).status
    connection.close()
    return status


def certificate_hash(client: Client) -> bytes:
    pem = ssl.get_server_certificate(("127.0.0.1", client.address.port), ca_certs=str(client.address.ca_file))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


@pytest.mark.parametrize(
    ("protection", "right", "wrong", "none"),
    [(ExtendedProtection.OFF, 200, 200, 200), (ExtendedProtection.ALLOW, 200, 401, 200),
     (ExtendedProtection.REQUIRE, 200, 401, 401)],
)  # fmt: skip
def test_ntlm_is_bound_to_its_channel(protection: ExtendedProtection, right: int, wrong: int, none: int) -> None:
    with door(SignInPolicy(extended_protection=protection)) as client:
        assert ntlm(client, certificate_hash(client)) == right
        assert ntlm(client, b"x" * 32) == wrong
        assert ntlm(client, None) == none
        assert ntlm(client, certificate_hash(client), scheme="Negotiate") == right


def test_exchangelib_signs_in_under_extended_protection() -> None:
    with door(SignInPolicy(extended_protection=ExtendedProtection.REQUIRE)) as client:
        assert client.mailbox(GUANGHAN).calendar.total_count == 0


@pytest.mark.parametrize("auth", [exchangelib.NTLM, exchangelib.BASIC])
def test_bad_passwords_lock_an_account_for_a_while(auth: str) -> None:
    passed = timedelta()
    lab = Lab(Company.seeded(), now=lambda: TOMORROW - timedelta(days=1) + passed)
    with door(SignInPolicy(lock_out_after=2, lock_out_minutes=30), lab) as client:
        for _ in range(2):
            with pytest.raises(UnauthorizedError):
                client.mailbox(GUANGHAN, auth=auth, password="wrong").calendar.refresh()
        status, body = client.post(GET_CALENDAR)
        assert (status, b"currently locked out" in body) == (401, True)
        assert client.post(GET_CALENDAR, headers=client.basic("svc-nobody"))[0] == 500
        passed = timedelta(minutes=31)
        assert client.post(GET_CALENDAR)[0] == 200


def test_a_good_password_forgives_the_bad_ones_before() -> None:
    with door(SignInPolicy(lock_out_after=2)) as client:
        wrong = client.basic(password="wrong")
        for _ in range(3):
            assert client.post(GET_CALENDAR, headers=wrong)[0] == 401
            assert client.post(GET_CALENDAR)[0] == 200


def test_refused_sign_ins_are_counted() -> None:
    with door(SignInPolicy()) as client:
        client.post(GET_CALENDAR, headers=client.basic(password="wrong"))
        (entry,) = client.lab.requests.of()
        assert (entry.status, entry.account) == (401, None)


def test_a_bearer_token_signs_in_where_tokens_are_accepted(client: Client) -> None:
    bearer = {"Authorization": f"Bearer {client.lab.account('svc-roomd').token}"}
    assert client.post(GET_CALENDAR, headers=bearer)[0] == 401
    with door(SignInPolicy(oauth=True), client.lab) as accepting:
        assert accepting.post(GET_CALENDAR, headers=bearer)[0] == 200
        assert accepting.post(GET_CALENDAR, headers={"Authorization": "Bearer nonsense"})[0] == 401
        connection = accepting.http()
        connection.request("POST", "/EWS/Exchange.asmx", b"")
        offers = connection.getresponse().headers.get_all("WWW-Authenticate")
        connection.close()
        assert offers[-1].startswith('Bearer client_id="00000002-0000-0ff1-ce00-000000000000"')


def test_a_mailbox_outside_the_scope_is_denied(client: Client) -> None:
    client.lab.company.directory.leave_out_of_scope(EMMA)
    with pytest.raises(ErrorImpersonateUserDenied):
        _ = client.mailbox(EMMA).calendar
    assert client.mailbox(ZHANGSAN).calendar.total_count == 0
    client.lab.company.directory.leave_out_of_scope(EMMA, outside=False)
    assert client.mailbox(EMMA).calendar.total_count == 0


def test_a_reviewer_reads_a_calendar_and_an_editor_writes_it(client: Client) -> None:
    directory = client.lab.company.directory
    client.lab.outlook.book(EMMA, subject="Theirs", start=TOMORROW, end=TOMORROW + HOUR)
    emma = client.mailbox(EMMA, account="zhangsan", delegate=True)
    with pytest.raises(ErrorAccessDenied):
        _ = emma.calendar
    directory.permit(ZHANGSAN, EMMA, Permission.REVIEWER)
    (item,) = emma.calendar.all()
    item.location = "Elsewhere"
    with pytest.raises(ErrorAccessDenied):
        item.save(update_fields=["location"])
    with pytest.raises(ErrorAccessDenied):
        item.delete()
    directory.permit(ZHANGSAN, EMMA, Permission.EDITOR)
    item.save(update_fields=["location"])
    assert client.lab.outlook.calendar(EMMA)[0].location == "Elsewhere"


def test_who_left_the_company_has_no_mailbox_and_their_bookings_stay(client: Client) -> None:
    item = client.lab.outlook.book(EMMA, subject="x", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    old = client.basic("emma.lindqvist")
    client.lab.outlook.leave(EMMA)
    with pytest.raises(ErrorNonExistentMailbox):
        _ = client.mailbox(EMMA).calendar
    assert client.post(GET_CALENDAR, headers=old)[0] == 401
    assert client.lab.outlook.meeting(GUANGHAN, item.uid).organizer.smtp == EMMA


def test_affinity_is_given_to_who_asks_for_it(client: Client) -> None:
    def cookies(headers: dict[str, str]) -> list[str] | None:
        connection = client.http()
        connection.request("POST", "/EWS/Exchange.asmx", GET_CALENDAR, client.basic() | headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.headers.get_all("Set-Cookie")

    assert cookies({}) is None
    (cookie,) = cookies({"X-PreferServerAffinity": "true"}) or []
    assert cookie.startswith("X-BackEndOverrideCookie=")
    assert cookies({"X-PreferServerAffinity": "true", "Cookie": cookie}) is None


POX = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
    "<EMailAddress>{}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>"
    "</Request></Autodiscover>"
)


def test_plain_autodiscover_names_the_endpoint(client: Client) -> None:
    path = "/Autodiscover/Autodiscover.xml"
    _, answer = client.post(POX.format(ZHANGSAN), path=path)
    assert f"<ASUrl>{client.address.endpoint}</ASUrl>".encode() in answer
    assert b"<ErrorCode>500</ErrorCode>" in client.post(POX.format("stranger@example.com"), path=path)[1]
    assert b"<ErrorCode>600</ErrorCode>" in client.post("nonsense", path=path)[1]


def test_soap_autodiscover_names_the_endpoint_to_exchangelib(client: Client) -> None:
    from exchangelib.autodiscover.protocol import AutodiscoverProtocol  # noqa: PLC0415 - starts a cache of its own

    client.mailbox(ZHANGSAN)
    account = client.lab.account("svc-roomd")
    url = client.address.endpoint.replace("/EWS/Exchange.asmx", "/autodiscover/autodiscover.svc")
    protocol = AutodiscoverProtocol(
        config=exchangelib.Configuration(
            service_endpoint=url,
            credentials=exchangelib.Credentials(account.username, account.password),
            auth_type=exchangelib.NTLM,
            retry_policy=exchangelib.FailFast(),
        )
    )
    found = protocol.get_user_settings(user=ZHANGSAN, settings=["user_display_name", "external_ews_url"])
    assert (found.user_settings["user_display_name"], found.ews_url) == ("张三", client.address.endpoint)
    protocol.close()
