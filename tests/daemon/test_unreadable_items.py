"""One item of a calendar that cannot be read, as roomd's daemon meets it over TLS and NTLM."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.exchange.watched_lab import WatchedLab
from daemon.lab_daemon import a_person, lab_daemon
from roomd_core.api.client import Client
from roomd_core.api.wire import Health, MailboxStatus
from roomd_lab import Company, Daily, LabAddress, Recurrence
from roomd_lab.http.messages import HangUp, HttpResponse

BOSS, ROOM = "zhangsan@example.com", "guanghan@example.com"
MORE = a_person("zhangsan") + f'[[room]]\naddress = "{ROOM}"\nname = "Guanghan"\n'
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


class PoisonedLab(WatchedLab):
    """A lab of which one item, by its subject, has a start that is none, in every answer or in those of one kind."""

    poisoned = b""
    only = ""

    def _as_strict_as_told(self, operations: list[str], response: HttpResponse | HangUp) -> HttpResponse | HangUp:
        response = super()._as_strict_as_told(operations, response)
        spared = self.only and self.only not in operations
        if isinstance(response, HangUp) or not self.poisoned or spared:
            return response
        body = re.sub(rb"<t:CalendarItem>.*?</t:CalendarItem>", self._spoil, response.body, flags=re.DOTALL)
        return dataclasses.replace(response, body=body)

    def _spoil(self, item: re.Match[bytes]) -> bytes:
        if b"<t:Subject>" + self.poisoned not in item[0]:
            return item[0]
        return re.sub(rb"<t:Start>[^<]*", b"<t:Start>-1-13-45", item[0])


@pytest.fixture
def lab() -> PoisonedLab:
    return PoisonedLab(Company.seeded(people=3, rooms=5))


def book(lab: PoisonedLab, *subjects: str) -> None:
    for hour, subject in enumerate(subjects):
        start = START + timedelta(hours=hour)
        lab.outlook.book(BOSS, subject=subject, start=start, end=start + timedelta(minutes=30))


async def of_boss(client: Client) -> MailboxStatus:
    [status] = [each for each in (await client.people()).mailboxes if each.mailbox.address == BOSS]
    return status


async def heard_of(client: Client) -> int:
    """Return how many events roomd knows: each was told in the change feed once as created."""
    return len({change.event for change in (await client.changes()).changes if change.kind == "created"})


async def test_the_rest_of_its_page_is_stored_and_it_is_said_over_a_restart_until_it_changes(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress, caplog: pytest.LogCaptureFixture
) -> None:
    lab.poisoned = b"Poison"
    book(lab, "Before", "Poison", "After")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        assert not (await client.sync(wait=True)).errors
        boss = await of_boss(client)
        assert (boss.health, await heard_of(client)) == (Health.OK, 2)
        assert boss.notice == f"one item of {BOSS} cannot be read: 'Poison', a time is not a time"
    assert f"one item of {BOSS} cannot be read" in caplog.text
    assert "Poison" not in caplog.text

    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        assert (await of_boss(client)).notice == boss.notice
        [item] = [each for each in lab.outlook.calendar(BOSS) if each.subject == "Poison"]
        lab.outlook.change(BOSS, item.uid, subject="Mended")
        await client.sync(wait=True)
        assert ((await of_boss(client)).notice, await heard_of(client)) == ("", 3)


async def test_what_is_known_of_an_item_stays_when_it_becomes_unreadable(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    book(lab, "Before", "Poison")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        assert await heard_of(client) == 2
        lab.poisoned = b"Poison"
        [item] = [each for each in lab.outlook.calendar(BOSS) if each.subject == "Poison"]
        lab.outlook.change(BOSS, item.uid, location="elsewhere")
        lab.faults.add("invalid-sync-state", "SyncFolderItems")
        await client.sync(wait=True)
        assert "'Poison'" in (await of_boss(client)).notice
        assert {change.kind for change in (await client.changes()).changes} == {"created"}

        lab.outlook.delete(BOSS, item.uid)
        await client.sync(wait=True)
        assert (await of_boss(client)).notice == ""
        assert "cancelled" in {change.kind for change in (await client.changes()).changes}


async def test_a_private_title_is_not_said(tmp_path: Path, lab: PoisonedLab, address: LabAddress) -> None:
    lab.poisoned = b"Poison"
    uid = lab.outlook.book(BOSS, subject="Poison", start=START, end=START + timedelta(hours=1)).uid
    lab.outlook.change(BOSS, uid, sensitivity="Private")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        assert (await of_boss(client)).notice == f"one item of {BOSS} cannot be read: a time is not a time"


@pytest.mark.parametrize("code", ["ErrorCorruptData", "ErrorItemCorrupt", "ErrorContentConversionFailed"])
async def test_an_item_that_exchange_will_not_give_holds_up_no_other_and_is_tried_again(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress, code: str
) -> None:
    book(lab, "One", "Two", "Three")
    lab.faults.add("item-error", "GetItem", code=code, item=0, times=1000)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        assert not (await client.sync(wait=True)).errors
        boss = await of_boss(client)
        assert (boss.health, await heard_of(client)) == (Health.OK, 2)
        assert boss.notice.startswith(f"one item of {BOSS} cannot be read: {code}")

        lab.faults.clear()
        await client.sync(wait=True)
        assert ((await of_boss(client)).notice, await heard_of(client)) == ("", 3)


async def test_an_error_that_is_not_the_items_own_leaves_the_page_unread(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    book(lab, "One", "Two")
    lab.faults.add("item-error", "GetItem", code="ErrorMailboxStoreUnavailable", item=0, times=1000)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        assert (await client.sync(wait=True)).errors
        assert ((await of_boss(client)).notice, await heard_of(client)) == ("", 0)
        lab.faults.clear()
        await client.sync(wait=True)
        assert await heard_of(client) == 2


def daily(lab: PoisonedLab, subject: str) -> None:
    start = START + timedelta(hours=5)
    rule = Recurrence(pattern=Daily(), first=start.date(), count=3)
    end = start + timedelta(minutes=30)
    lab.outlook.book(BOSS, subject=subject, start=start, end=end, recurrence=rule)


async def test_an_entry_of_exchanges_view_that_cannot_be_read_holds_up_no_other(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress, caplog: pytest.LogCaptureFixture
) -> None:
    book(lab, "Before", "Poison", "After")
    daily(lab, "Poison daily")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        lab.poisoned, lab.only = b"Poison", "FindItem"
        [audited] = (await client.audit(BOSS)).mailboxes
        assert audited.audited_at is not None
        assert audited.findings == ()
        told = {(each.title, each.reason) for each in audited.passed_over}
        assert told == {("Poison", "a time is not a time"), ("Poison daily", "a time is not a time")}
        assert {(await client.event(each.event or "")).title for each in audited.passed_over} == {
            title for title, _ in told
        }
        assert "an entry of Exchange's own view" in caplog.text
        assert "Poison" not in caplog.text

        lab.poisoned = b""
        [audited] = (await client.audit(BOSS)).mailboxes
        assert (audited.findings, audited.passed_over) == ((), ())


async def test_an_item_that_cannot_be_read_again_is_named_and_the_rest_is_compared(
    tmp_path: Path, lab: PoisonedLab, address: LabAddress
) -> None:
    book(lab, "Before")
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        lab.poisoned, lab.only = b"Poison", "GetItem"
        book(lab, "Missed", "Poison")
        [audited] = (await client.audit(BOSS)).mailboxes
        assert [each.title for each in audited.findings if each.title == "Missed"] == []
        assert "'Poison'" in (await of_boss(client)).notice
