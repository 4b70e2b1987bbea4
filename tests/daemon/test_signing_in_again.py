"""A service account that only an operator can mend, as roomd's daemon meets it over TLS and NTLM."""

from pathlib import Path

import pytest

from daemon.lab_daemon import a_person, lab_daemon
from roomd_core.api.wire import Health
from roomd_lab import Lab, LabAddress

MORE = a_person("zhangsan")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "locked-out"}, "is locked"),
        ({"kind": "soap-fault", "code": "ErrorPasswordExpired"}, "has expired"),
        ({"kind": "soap-fault", "code": "ErrorPasswordChangeRequired"}, "must be changed"),
    ],
    ids=["locked", "expired", "must-change"],
)
async def test_nothing_is_sent_over_restarts_until_an_operator_says_that_the_account_was_mended(
    tmp_path: Path, lab: Lab, address: LabAddress, fault: dict[str, str], reason: str
) -> None:
    lab.faults.add(**fault, times=1000)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        assert not (await client.sync(wait=True)).mailboxes
        exchange = (await client.status()).exchange
        assert exchange.health is Health.FAILING
        assert "roomctl sign-in" in exchange.message
    [left] = lab.faults.pending()
    for _ in range(2):
        async with lab_daemon(tmp_path, lab, address, MORE) as client:
            assert not (await client.sync(wait=True)).mailboxes
            assert reason in (await client.status()).exchange.message
    assert lab.faults.pending() == (left,)

    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        await client.sync(wait=True)
        still = (await client.sign_in()).exchange
        assert still.health is Health.FAILING
        assert reason in still.message
        assert lab.faults.pending()[0].times == left.times - 1
        lab.faults.clear()
        assert (await client.sign_in()).exchange.health is Health.OK
        assert (await client.sync(wait=True)).mailboxes == 1


async def test_an_operator_who_does_not_mend_the_account_gets_three_failures_and_then_a_time(
    tmp_path: Path, lab: Lab, address: LabAddress
) -> None:
    lab.faults.add("locked-out", times=1000)
    async with lab_daemon(tmp_path, lab, address, MORE) as client:
        for _ in range(5):
            status = await client.sign_in()
        assert "the next sign-in is tried after" in status.exchange.message
    assert lab.faults.pending()[0].times == 1000 - 3
