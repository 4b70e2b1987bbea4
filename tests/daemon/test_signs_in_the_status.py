"""What the status says of Exchange's server besides whether it answers, over TLS and NTLM."""

from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon
from roomd_lab import Lab, LabAddress


async def test_the_status_warns_of_a_clock_that_is_wrong_and_tells_how_far_requests_are_held_back(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    async with lab_daemon(tmp_path, lab, address, a_person("zhangsan")) as client:
        await client.sync(wait=True)
        before = await client.status()
        assert before.exchange.throttled is None

        lab.faults.add("server-busy", "SyncFolderItems", back_off_ms=0)
        lab.faults.add("wrong-date", times=1000, seconds=-600.0)
        await client.sync(wait=True)
        await client.sync(wait=True)
        status = await client.status()
    [warning] = set(status.warnings) - set(before.warnings)
    assert "behind this host's" in warning
    assert status.exchange.throttled is not None
    assert status.exchange.throttled.at_once < status.exchange.throttled.most


@pytest.mark.parametrize("most", [2, 10])
async def test_as_many_requests_go_at_once_as_the_configuration_says_and_half_as_many_after_a_complaint(
    tmp_path: Path, lab: Lab, address: LabAddress, most: int
) -> None:
    more, connections = a_person("zhangsan"), f"max_connections = {most}\n"
    async with lab_daemon(tmp_path, lab, address, more, exchange=connections) as client:
        await client.sync(wait=True)
        lab.faults.add("server-busy", "SyncFolderItems", back_off_ms=0)
        await client.sync(wait=True)
        throttled = (await client.status()).exchange.throttled
    assert throttled is not None
    assert (throttled.at_once, throttled.most) == (most // 2, most)


async def test_a_mailbox_that_exchange_does_not_know_is_said_at_once_and_counted(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    more = a_person("nobody")
    async with lab_daemon(tmp_path, lab, address, more) as client:
        await client.sync(wait=True)
    async with lab_daemon(tmp_path, lab, address, more) as client:
        await client.sync(wait=True)
        [nobody] = (await client.people()).mailboxes
    assert "knows no mailbox nobody@example.com: check the address" in (nobody.freshness.error or "")
    assert nobody.freshness.unknown is not None
    assert nobody.freshness.unknown.count >= 2
    assert nobody.notice == ""
