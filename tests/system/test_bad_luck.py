"""What goes wrong outside, and what a person is told. Every daemon here is a real process."""

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from roomd_daemon.demo.house import House
from roomd_daemon.demo.process import HouseError

REFUSED, UNREACHABLE_DAEMON, UNREACHABLE_EXCHANGE = 1, 3, 4


@pytest.fixture
def fresh(house: House) -> Iterator[House]:
    """The house with its own configuration and no store; the daemon is stopped afterwards."""
    house.write_config()
    yield house
    if house.daemon is not None:
        house.daemon.stop()
    for path in sorted((house.folder / "state").glob("*")):
        path.unlink()


def replace_in_config(house: House, old: str, new: str) -> None:
    text = house.config.read_text()
    assert old in text
    house.config.write_text(text.replace(old, new))


def test_a_wrong_password_is_tried_once_and_said(fresh: House) -> None:
    (fresh.folder / "exchange-password").write_text("wrong")
    fresh.start_daemon()
    answer = fresh.roomctl("sync", "--wait")
    assert answer.code == UNREACHABLE_EXCHANGE
    assert "password" in answer.err
    assert fresh.ready.username in answer.err
    assert "password" in fresh.roomctl("status").out


def test_an_unreachable_server_is_named(fresh: House) -> None:
    replace_in_config(fresh, fresh.ready.endpoint, "https://127.0.0.1:9/EWS/Exchange.asmx")
    fresh.start_daemon()
    answer = fresh.roomctl("sync", "--wait")
    assert answer.code == UNREACHABLE_EXCHANGE
    assert "127.0.0.1:9" in answer.err


def test_an_untrusted_certificate_is_not_accepted_and_the_setting_is_named(fresh: House) -> None:
    replace_in_config(fresh, f'ca_file = "{fresh.ready.ca_file}"\n', "")
    fresh.start_daemon()
    answer = fresh.roomctl("sync", "--wait")
    assert answer.code == UNREACHABLE_EXCHANGE
    assert "ca_file" in answer.err


def test_verify_false_works_and_is_said_out_loud(fresh: House) -> None:
    replace_in_config(fresh, f'ca_file = "{fresh.ready.ca_file}"', "verify = false")
    daemon = fresh.start_daemon()
    assert fresh.roomctl("sync", "--wait").code == 0
    assert "verify = false" in daemon.log_end(40)
    assert "verify" in fresh.roomctl("status").out


def test_without_the_right_to_impersonate_the_role_is_named(fresh: House) -> None:
    nobody = fresh.ready.accounts[-1]
    replace_in_config(fresh, fresh.ready.username, nobody["username"])
    (fresh.folder / "exchange-password").write_text(nobody["password"])
    fresh.start_daemon()
    answer = fresh.roomctl("sync", "--wait")
    assert "mpersonation" in answer.out + answer.err
    assert "mpersonation" in fresh.roomctl("status").out


def test_an_unknown_mailbox_is_named_and_delays_no_other(fresh: House) -> None:
    with fresh.config.open("a") as config:
        config.write('[[room]]\naddress = "nowhere@example.com"\nname = "Nowhere"\n')
    fresh.start_daemon()
    fresh.roomctl("sync", "--wait")
    status = fresh.roomctl("status", "--json").json()
    health = {m["mailbox"]["address"]: m for m in status["mailboxes"]}
    assert "nowhere@example.com" in health["nowhere@example.com"]["freshness"]["error"]
    assert all(m["health"] == "ok" for address, m in health.items() if address != "nowhere@example.com")


def test_a_second_daemon_on_the_same_store_is_refused(fresh: House) -> None:
    first = fresh.start_daemon()
    with pytest.raises(HouseError, match=str(first.pid)):
        fresh.start_daemon()
    assert fresh.roomctl("status").code == 0


def test_a_socket_left_by_a_killed_daemon_is_replaced(fresh: House) -> None:
    fresh.start_daemon()
    fresh.kill_daemon()
    assert fresh.socket.exists()
    assert fresh.roomctl("status").code == UNREACHABLE_DAEMON
    fresh.start_daemon()
    assert fresh.roomctl("status").code == 0
    assert stat.S_IMODE(fresh.socket.stat().st_mode) == 0o660


def test_without_a_daemon_the_next_step_is_said(fresh: House) -> None:
    fresh.socket.unlink(missing_ok=True)
    answer = fresh.roomctl("status")
    assert answer.code == UNREACHABLE_DAEMON
    assert "systemctl status roomd" in answer.err
    assert "Traceback" not in answer.err


def test_stopping_takes_the_socket_away_and_ends_well(fresh: House) -> None:
    daemon = fresh.start_daemon()
    assert daemon.stop(signal.SIGTERM) == 0
    assert not fresh.socket.exists()


def test_no_secret_reaches_the_log(fresh: House) -> None:
    daemon = fresh.start_daemon()
    fresh.roomctl("sync", "--wait")
    daemon.stop()
    assert fresh.ready.password not in (fresh.folder / "roomd.log").read_text()


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (("--title", "🎉" * 300), "255"),
        (("--title", "   "), "title"),
        (("--start", "2020-01-01T10:00"), "past"),
        (("--end", "2020-01-01T10:00"), "end"),
        (("--room", "Atlantis"), "Atlantis"),
        (("--attendee", "not an address"), "not an address"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_the_reason(
    fresh: House, tomorrow: datetime, fault: tuple[str, str], named: str
) -> None:
    fresh.start_daemon()
    asked = {
        "--room": fresh.ready.rooms[0]["name"],
        "--start": f"{tomorrow:%Y-%m-%dT%H:%M}",
        "--title": "Retro",
        "--as": fresh.ready.people[0]["address"],
    }
    asked |= [fault]
    if "--end" not in asked:
        asked["--for"] = "1h"
    answer = fresh.roomctl("book", *(word for option in asked.items() for word in option))
    assert answer.code in {REFUSED, 2}
    assert named in answer.err
    assert "Traceback" not in answer.err


def test_a_wrong_configuration_names_every_fault_and_ends_with_two(tmp_path: Path) -> None:
    config = tmp_path / "roomd.toml"
    config.write_text('[exchange]\nendpoint = "http://mail"\nuser = "x"\n[sync]\ninterval = "soon"\n')
    command = [sys.executable, "-m", "roomd_daemon", "run", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert all(line.startswith(f"{config}: ") for line in lines)
    assert any("exchange.user" in line and "username" in line for line in lines)
