"""A lab that was stopped and begins again."""

import json
import os
import random
from pathlib import Path

import pytest

from lab.test_command import running
from lab.wire import GUANGHAN, HOUR, TOMORROW, ZHANGSAN, Client, envelope
from roomd_lab import Company, ExchangeError, Lab
from roomd_lab.cli import main, new_lab
from roomd_lab.model.zones import zone_info
from roomd_lab.options import read_options
from roomd_lab.pace import act
from roomd_lab.state import load, save

SYNC = (
    "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
    '<m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId><m:SyncState>{}</m:SyncState>'
    "<m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>"
)


def synced(client: Client, state: str = "") -> tuple[str, int]:
    _, answer = client.post(envelope(SYNC.format(state), acts_as=GUANGHAN))
    assert b"NoError" in answer
    return answer.partition(b"<m:SyncState>")[2].partition(b"<")[0].decode(), answer.count(b"<t:Create>")


def test_ids_states_and_passwords_survive_and_subscriptions_do_not(tmp_path: Path) -> None:
    lab, file = Lab(Company.seeded()), tmp_path / "lab.state"
    item = lab.outlook.book(ZHANGSAN, subject="Planning", start=TOMORROW, end=TOMORROW + HOUR, rooms=[GUANGHAN])
    with lab.serve_in_thread() as address:
        state, created = synced(Client(lab, address))
        before = Client(lab, address).basic()
        save(lab, file)
    company, organization = load(file) or pytest.fail("nothing was saved")
    again = Lab(company, organization=organization)
    again.outlook.book(ZHANGSAN, subject="Later", start=TOMORROW + HOUR, end=TOMORROW + 2 * HOUR, rooms=[GUANGHAN])
    with again.serve_in_thread() as address:
        client = Client(again, address)
        assert (created, client.basic()) == (1, before)
        assert again.outlook.meeting(ZHANGSAN, item.uid).item_id == item.item_id
        assert synced(client, state)[1] == 1
    assert again.lose_subscriptions() == 0


def test_a_state_of_somebody_else_is_not_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.state"
    file.write_bytes(b"nonsense")
    file.chmod(0o600)
    assert main(["--state", str(file)]) == 1
    assert "holds no lab of this version" in capsys.readouterr().err
    file.chmod(0o644)
    assert main(["--state", str(file)]) == 1
    assert "readable by nobody else" in capsys.readouterr().err


def test_the_command_remembers_over_a_restart(tmp_path: Path) -> None:
    remembered = ("--state", str(tmp_path / "lab.state"), "--dir", str(tmp_path / "tls"))
    options = ("--people", "3", "--rooms", "2", *remembered)
    with running(*options) as (process, ready):
        trusted = Path(ready["ca_file"]).read_bytes()
        process.terminate()
        assert process.wait(timeout=10) == 0
    with running(*options) as (_, again):
        assert (again["people"], again["password"]) == (ready["people"], ready["password"])
        assert Path(again["ca_file"]).read_bytes() == trusted


def test_meetings_are_seeded_in_the_working_hours_of_the_chosen_zone() -> None:
    lab = new_lab(read_options(["--zone", "America/New_York", "--rooms", "3"]))
    assert lab.company.zone == "Eastern Standard Time"
    hours = {
        item.start.astimezone(zone_info(lab.company.zone)).hour
        for room in lab.company.rooms()
        for item in lab.outlook.calendar(room)
    }
    assert hours <= set(range(9, 18))


def test_the_zone_of_this_machine_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415 - its clock is turned here alone

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert read_options([]).zone == "W. Europe Standard Time"
    finally:
        monkeypatch.delenv("TZ")
        if "TZ" not in os.environ:
            time.tzset()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--zone", "Middle/Earth"), ("--faults", "7:2"), ("--faults", "no-such-file"), ("--misbehave", "2")],
)
def test_a_wrong_option_is_named(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options([option, value])
    assert f"argument {option}: '{value}' is not" in capsys.readouterr().err


def test_a_stranger_cannot_be_outside_the_scope(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--outside-scope", "stranger@example.com"]) == 1
    assert "stranger@example.com" in capsys.readouterr().err


def test_the_ready_line_tells_tokens_and_scope() -> None:
    with running("--empty", "--oauth", "--outside-scope", "lisi@example.com", "--faults", "1:0.01") as (_, ready):
        assert ready["outside_scope"] == ["lisi@example.com"]
        assert len(json.dumps(ready["people"][0]["token"])) > 30


def test_people_misbehave_in_every_way() -> None:
    lab = Lab(Company.seeded(people=12, rooms=4))
    rng, did = random.Random(5), []
    for _ in range(150):
        try:
            did.append(act(lab, rng, misbehave=0.6))
        except ExchangeError:
            continue
    for deed in (
        "told nobody",
        "wrote straight into",
        "deleted a booking",
        "left the company",
        "booked",
        "cancelled",
    ):
        assert any(deed in line for line in did), deed
    assert len(lab.company.people()) >= 4
