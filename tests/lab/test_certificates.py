"""The certificates the server shows: the right one, an expired one, and one for another host."""

import base64
import hashlib
import http.client
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import spnego
from spnego.channel_bindings import GssChannelBindings

from lab.test_control import control
from lab.wire import Client, envelope
from roomd_lab import Lab, LabAddress, SignInPolicy
from roomd_lab.fault_plan import read_plan
from roomd_lab.http.certificate import issue
from roomd_lab.http.gate import ExtendedProtection

ROOM_LISTS = envelope("<m:GetRoomLists/>")
REFUSED = [
    ("expired", "certificate has expired"),
    ("not-yet-valid", "certificate is not yet valid"),
    ("wrong-host", "IP address mismatch|Hostname mismatch"),
]


@pytest.mark.parametrize(("kind", "reason"), REFUSED)
def test_new_connections_are_shown_it_and_standing_ones_go_on(client: Client, kind: str, reason: str) -> None:
    standing = client.http()
    standing.connect()
    assert control(client, "certificate", {"kind": kind}) == (200, {"kind": kind})
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        client.post(ROOM_LISTS)
    standing.request("POST", "/EWS/Exchange.asmx", ROOM_LISTS, client.basic())
    assert b"NoError" in standing.getresponse().read()
    headers = {"X-Lab-Token": client.lab.control_token}
    standing.request("POST", "/lab/certificate", b'{"kind": "valid"}', headers)
    assert standing.getresponse().status == 200
    standing.close()
    assert client.post(ROOM_LISTS)[0] == 200


def test_one_that_ends_soon_is_still_good(client: Client) -> None:
    remaining = []
    for kind in ("ends-soon", "valid"):
        client.lab.certificate.show(kind)
        assert client.post(ROOM_LISTS)[0] == 200
        remaining.append(days_left(client))
    assert remaining == [9, 29]


def days_left(client: Client) -> int:
    connection = client.http()
    connection.connect()
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert() or {}
    connection.close()
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    return (ends - datetime.now(UTC)).days


def test_it_comes_back_by_itself(client: Client) -> None:
    client.lab.certificate.show("expired", seconds=0.0)
    assert client.post(ROOM_LISTS)[0] == 200


def test_a_certificate_nobody_knows_is_refused(client: Client) -> None:
    status, body = control(client, "certificate", {"kind": "self-signed"})
    assert (status, "self-signed" in body["error"]) == (400, True)


@pytest.mark.parametrize(("kind", "reason"), REFUSED)
def test_a_fault_hangs_up_and_shows_it_for_a_while(client: Client, lab: Lab, kind: str, reason: str) -> None:
    lab.faults.add(f"certificate-{kind}", "GetRoomLists", seconds=60)
    with pytest.raises(ConnectionError):
        client.post(ROOM_LISTS)
    assert lab.requests.of("GetRoomLists")[0].fault == f"certificate-{kind}"
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        client.post(ROOM_LISTS)
    assert len(lab.requests.of("GetRoomLists")) == 1


def test_a_written_plan_shows_it_at_a_given_request(client: Client, lab: Lab, tmp_path: Path) -> None:
    written = tmp_path / "plan.jsonl"
    written.write_text('{"kind": "certificate-expired", "at": 2, "seconds": 60}\n', encoding="utf-8")
    lab.faults.follow(read_plan(str(written)))
    assert client.post(ROOM_LISTS)[0] == 200
    with pytest.raises(ConnectionError):
        client.post(ROOM_LISTS)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.post(ROOM_LISTS)


def test_a_client_that_asks_for_nothing_signs_in_bound_to_what_it_was_shown(lab: Lab) -> None:
    lab.certificate.show("expired")
    policy = SignInPolicy(extended_protection=ExtendedProtection.REQUIRE)
    with lab.serve_in_thread(sign_in=policy) as address:
        connection = careless_connection(address)
        account = lab.account("svc-roomd")
        context = spnego.client(
            account.username, account.password, protocol="ntlm", channel_bindings=bindings(connection)
        )
        challenge = send(connection, context.step())
        reply = base64.b64decode(challenge.headers["WWW-Authenticate"].removeprefix("NTLM "))
        assert send(connection, context.step(reply)).status == 200
        connection.close()


def careless_connection(address: LabAddress) -> http.client.HTTPSConnection:
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", address.port, context=anything, timeout=10)
    connection.connect()
    return connection


def bindings(connection: http.client.HTTPSConnection) -> GssChannelBindings:
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert(binary_form=True) or b""
    return GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(shown).digest())


def send(connection: http.client.HTTPSConnection, token: bytes | None) -> http.client.HTTPResponse:
    headers = {"Authorization": "NTLM " + base64.b64encode(token or b"").decode()}
    connection.request("POST", "/EWS/Exchange.asmx", ROOM_LISTS, headers)
    response = connection.getresponse()
    response.read()
    return response


def test_a_folder_keeps_them_over_a_restart(tmp_path: Path) -> None:
    first, again = issue(tmp_path, "127.0.0.1"), issue(tmp_path, "127.0.0.1")
    assert first.end_points() == again.end_points()
    assert len(set(first.end_points().values())) == 5
