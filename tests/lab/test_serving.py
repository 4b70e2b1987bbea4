import asyncio
import random
import ssl
from datetime import timedelta

import pytest

from lab import ews_schema
from lab.wire import GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Company, Lab
from roomd_lab.pace import act

SHAPE = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"


async def test_a_lab_serves_in_the_callers_own_loop(lab: Lab) -> None:
    async with lab.serve() as address:
        context = ssl.create_default_context(cafile=str(address.ca_file))
        reader, writer = await asyncio.open_connection("127.0.0.1", address.port, ssl=context)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 404")
        await reader.read()
        writer.close()
        await writer.wait_closed()


async def test_it_stops_at_once_though_clients_are_still_connected(lab: Lab) -> None:
    async with asyncio.timeout(5), lab.serve() as address:
        context = ssl.create_default_context(cafile=str(address.ca_file))
        _, writer = await asyncio.open_connection("127.0.0.1", address.port, ssl=context)
    writer.close()
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection("127.0.0.1", address.port)


def test_two_labs_in_one_process_keep_their_passwords_apart(client: Client) -> None:
    other = Lab(Company.seeded())
    with other.serve_in_thread() as address:
        mailbox = Client(other, address).mailbox(GUANGHAN)
        assert mailbox.calendar.total_count == 0
        mailbox.protocol.close()
        stranger = client.lab.account("svc-roomd").password
        assert Client(other, address).post(b"", headers=client.basic(password=stranger))[0] == 401
    assert client.mailbox(GUANGHAN).calendar.total_count == 0


def test_secrets_do_not_show_in_a_representation(lab: Lab) -> None:
    account = lab.account("svc-roomd")
    assert account.password not in repr(account)
    assert account.password not in repr(lab.company)


def test_passwords_are_gone_from_disk_when_the_lab_is(lab: Lab, client: Client) -> None:
    folder = client.address.ca_file.parent
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir() if path.suffix != ".pem"} == {0}
    with Lab(lab.company).serve_in_thread() as address:
        assert address.ca_file.exists()
    assert not address.ca_file.parent.exists()


def test_outlook_people_leave_alone_what_is_not_theirs(lab: Lab) -> None:
    item = lab.outlook.book(ZHANGSAN, subject="Mine", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    rng = random.Random(3)
    did = [act(lab, rng) for _ in range(60)]
    assert {word for line in did for word in ("booked", "moved", "cancelled") if word in line} == {
        "booked",
        "moved",
        "cancelled",
    }
    assert lab.outlook.meeting(ZHANGSAN, item.uid).start == TOMORROW


def test_times_without_offset_are_meant_in_the_items_zone(client: Client) -> None:
    client.post(
        envelope(
            '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>'
            f"<t:Start>{TOMORROW:%Y-%m-%d}T17:00:00</t:Start><t:End>{TOMORROW:%Y-%m-%d}T18:00:00</t:End>"
            '<t:StartTimeZone Id="China Standard Time"/></t:CalendarItem></m:Items></m:CreateItem>',
            acts_as=ZHANGSAN,
        )
    )
    assert client.lab.outlook.calendar(ZHANGSAN)[0].start == TOMORROW


@pytest.mark.skipif(ews_schema.folder() is None, reason="the schema is not at hand")
def test_the_schema_check_notices_a_wrong_answer() -> None:
    with pytest.raises(AssertionError, match="Subject"):
        ews_schema.assert_valid(
            envelope(
                '<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage ResponseClass="Success">'
                "<m:ResponseCode>NoError</m:ResponseCode><m:Items><t:CalendarItem><t:End>2026-12-01T00:00:00Z</t:End>"
                "<t:Subject>late</t:Subject></t:CalendarItem></m:Items></m:GetItemResponseMessage>"
                "</m:ResponseMessages></m:GetItemResponse>"
            )
        )


def test_a_world_with_the_same_seeds_issues_the_same_ids() -> None:
    def first_id(seed: str | None) -> str:
        lab = Lab(Company.seeded(), id_seed=seed, now=lambda: TOMORROW - timedelta(days=1))
        return lab.outlook.book(ZHANGSAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR).item_id

    assert first_id("a") == first_id("a") != first_id("b")
    assert first_id(None) != first_id(None)
