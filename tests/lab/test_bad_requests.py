import pytest
from lxml import etree

from lab.wire import GUANGHAN, HOUR, TOMORROW, Client, envelope
from roomd_lab import Outlook

BOMB = (
    b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>'
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>&y;</s:Body></s:Envelope>'
)
DEEP = b"<a>" * 100_000 + b"</a>" * 100_000
SHAPE = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
CALENDAR = '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<a/>",
        b"\xff\xfe\x00",
        BOMB,
        DEEP,
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetItem/></s:Body></s:Envelope>',
    ],
    ids=["empty", "text", "no envelope", "binary", "entities", "deep", "no body", "no operation", "no namespace"],
)
def test_what_is_no_request_gets_a_fault(client: Client, body: bytes) -> None:
    status, answer = client.post(body)
    assert status == 500
    assert b"ErrorSchemaValidation" in answer


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("<m:PlayOnPhone/>", "ErrorInvalidOperation"),
        ("<m:GetItem/>", "ErrorSchemaValidation"),
        (f"<m:GetItem>{SHAPE}</m:GetItem>", "ErrorSchemaValidation"),
        (f'<m:GetItem>{SHAPE}<m:ItemIds><t:ItemId Id="x"/></m:ItemIds></m:GetItem>', "ErrorInvalidIdMalformed"),
        (f'<m:GetItem>{SHAPE}<m:ItemIds><t:ItemId Id=""/></m:ItemIds></m:GetItem>', "ErrorInvalidIdEmpty"),
        (f"<m:GetItem>{SHAPE}<m:ItemIds><t:ItemId/></m:ItemIds></m:GetItem>", "ErrorSchemaValidation"),
        (f"<m:GetItem>{SHAPE}<m:ItemIds><t:Nonsense/></m:ItemIds></m:GetItem>", "ErrorSchemaValidation"),
        ("<m:CreateItem><m:Items><t:CalendarItem/></m:Items></m:CreateItem>", "ErrorSendMeetingInvitationsRequired"),
        ("<m:CreateItem><m:Items><t:Task/></m:Items></m:CreateItem>", "ErrorInvalidItemForOperationCreateItem"),
        (
            (
                '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Start>soon</t:Start>'
                "</t:CalendarItem></m:Items></m:CreateItem>"
            ),
            "ErrorSchemaValidation",
        ),
        (
            (
                '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
                '<t:StartTimeZone Id="Middle Earth Time"/></t:CalendarItem></m:Items></m:CreateItem>'
            ),
            "ErrorTimeZone",
        ),
        (
            (
                f'<m:FindItem Traversal="Shallow">{SHAPE}<m:Restriction><t:IsEqualTo>'
                '<t:FieldURI FieldURI="item:Body"/>'
                '<t:FieldURIOrConstant><t:Constant Value="x"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
                f"{CALENDAR}</m:FindItem>"
            ),
            "ErrorUnsupportedPathForQuery",
        ),
        (
            (
                f'<m:FindItem Traversal="Shallow">{SHAPE}<m:CalendarView StartDate="2026-12-02T00:00:00Z" '
                f'EndDate="2026-12-01T00:00:00Z"/>{CALENDAR}</m:FindItem>'
            ),
            "ErrorCalendarEndDateIsEarlierThanStartDate",
        ),
        ("<m:ResolveNames><m:UnresolvedEntry/></m:ResolveNames>", "ErrorInvalidNameForNameResolution"),
        ("<m:GetRooms><m:RoomList/></m:GetRooms>", "ErrorNameResolutionNoResults"),
        ("<m:GetUserAvailabilityRequest/>", "ErrorSchemaValidation"),
    ],
)
def test_a_wrong_request_gets_exchanges_code(client: Client, operation: str, code: str) -> None:
    _, answer = client.post(envelope(operation))
    assert code in answer.decode()


def test_a_version_exchange_never_had_is_refused(client: Client) -> None:
    assert b"ErrorInvalidServerVersion" in client.post(envelope("<m:GetRoomLists/>", version="Exchange1899"))[1]


@pytest.mark.parametrize("version", ["Exchange2010_SP2", "Exchange2013", "Exchange2016"])
def test_the_answer_says_which_server_it_comes_from(client: Client, version: str) -> None:
    _, answer = client.post(envelope("<m:GetRoomLists/>", version=version))
    assert b'MajorVersion="15" MinorVersion="1"' in answer


def test_one_bad_id_in_a_batch_does_not_spoil_the_others(client: Client, outlook: Outlook) -> None:
    item = outlook.write_into(GUANGHAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR)
    ids = f'<t:ItemId Id="bad"/><t:ItemId Id="{item.item_id}"/><t:ItemId Id="{item.item_id.swapcase()}"/>'
    _, answer = client.post(envelope(f"<m:GetItem>{SHAPE}<m:ItemIds>{ids}</m:ItemIds></m:GetItem>"))
    codes = [code.text for code in etree.fromstring(answer).iter("{*}ResponseCode")]
    assert codes[:2] == ["ErrorInvalidIdMalformed", "NoError"]
    assert codes[2] != "NoError"


def test_control_characters_in_a_subject_do_not_spoil_the_answer(client: Client, outlook: Outlook) -> None:
    item = outlook.write_into(GUANGHAN, subject="a\x01b & <c> \U0001f600", start=TOMORROW, end=TOMORROW + HOUR)
    shape = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
    _, answer = client.post(
        envelope(f'<m:GetItem>{shape}<m:ItemIds><t:ItemId Id="{item.item_id}"/></m:ItemIds></m:GetItem>')
    )
    assert etree.fromstring(answer).findtext(".//{*}Subject") == "ab & <c> \U0001f600"


def test_other_paths_and_methods_are_refused(client: Client) -> None:
    assert client.post(b"", path="/owa/")[0] == 404
    connection = client.http()
    connection.request("PUT", "/EWS/Exchange.asmx", headers=client.basic())
    assert connection.getresponse().status == 405
    connection.close()


def test_what_is_not_http_is_refused(client: Client) -> None:
    connection = client.http()
    connection.connect()
    connection.sock.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
    assert b"400" in connection.sock.recv(100)
    connection.close()


def test_a_body_beyond_all_measure_is_refused(client: Client) -> None:
    connection = client.http()
    connection.putrequest("POST", "/EWS/Exchange.asmx")
    connection.putheader("Content-Length", str(40 * 1024 * 1024))
    connection.endheaders()
    try:
        connection.send(b"x" * (36 * 1024 * 1024))
    except OSError:
        return
    assert connection.getresponse().status == 413
    connection.close()
