import http.client
import json
import random
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from roomd_lab import Automation, Company, Lab, fill_calendars, fill_rooms
from roomd_lab.cli import main
from roomd_lab.model.zones import zone_info
from roomd_lab.pace import act


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "roomd_lab", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_when_ready_and_ends_when_told(number: int) -> None:
    with running("--empty", "--people", "2", "--rooms", "1") as (process, ready):
        assert ready["username"] == "EXAMPLE\\svc-roomd"
        assert [room["name"] for room in ready["rooms"]] == ["2楼广寒宫"]
        assert {person["address"] for person in ready["people"]} == {
            "zhangsan@example.com",
            "emma.lindqvist@example.com",
        }
        assert [account["username"] for account in ready["accounts"]] == [
            "EXAMPLE\\svc-delegate",
            "EXAMPLE\\svc-nobody",
        ]
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""


def test_it_can_begin_with_a_certificate_that_has_expired() -> None:
    with running("--empty", "--certificate", "expired") as (_, ready):
        context = ssl.create_default_context(cafile=ready["ca_file"])
        connection = http.client.HTTPSConnection("127.0.0.1", urlsplit(ready["endpoint"]).port, context=context)
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            connection.connect()


def test_a_port_that_is_taken_is_named() -> None:
    with running("--empty") as (_, ready):
        port = ready["endpoint"].split(":")[2].split("/")[0]
        again = subprocess.run(
            [sys.executable, "-m", "roomd_lab", "--empty", "--port", port],
            capture_output=True,
            check=False,
            text=True,
            timeout=20,
        )
    assert again.returncode == 1
    assert again.stderr.startswith(f"roomd lab: cannot listen on 127.0.0.1 port {port}")


def test_the_same_seed_makes_the_same_company() -> None:
    first, second = Company.seeded(people=40, rooms=20, seed=7), Company.seeded(people=40, rooms=20, seed=7)
    assert (first.people(), first.rooms()) == (second.people(), second.rooms())
    assert len(set(first.people())) == 40
    assert len(set(first.rooms())) == 20
    assert first.people() != Company.seeded(people=40, seed=8).people()


def test_calendars_look_lived_in() -> None:
    lab = Lab(Company.seeded())
    fill_calendars(lab.company, lab.outlook, lab.organization.now())
    booked = [item for room in lab.company.rooms() for item in lab.outlook.calendar(room)]
    assert len(booked) > 15
    assert any(item.end < lab.organization.now() for item in booked)
    assert any(item.start > lab.organization.now() for item in booked)


def test_a_few_series_run_through_the_calendars_and_leave_tomorrow_alone() -> None:
    lab = Lab(Company.seeded())
    now = lab.organization.now()
    fill_calendars(lab.company, lab.outlook, now)
    masters = [item for room in lab.company.rooms() for item in lab.outlook.calendar(room) if item.recurrence]
    assert [item.my_response for item in masters] == ["Accept"]
    zone = zone_info(lab.company.zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    shown = lab.outlook.calendar_between(masters[0].attendees[-1].address.smtp, now, now + timedelta(days=200))
    assert len([item for item in shown if item.instance]) == 23
    assert tomorrow not in {item.start.astimezone(zone).date() for item in shown if item.instance}


def test_a_benchmark_gets_exactly_the_meetings_it_asked_for() -> None:
    lab = Lab(Company.seeded(rooms=3))
    fill_rooms(lab.company, lab.outlook, lab.organization.now(), events_per_room=25)
    assert [len(lab.outlook.calendar(room)) for room in lab.company.rooms()] == [25, 25, 25]
    crowded = Lab(Company.seeded(rooms=1))
    fill_rooms(crowded.company, crowded.outlook, crowded.organization.now(), events_per_room=2000)
    assert len(crowded.outlook.calendar(crowded.company.rooms()[0])) == 2000


def test_most_rooms_have_an_attendant_and_some_have_none() -> None:
    rooms = Company.seeded(rooms=20).directory.rooms.values()
    assert sum(room.policy.automation is Automation.AUTO_UPDATE for room in rooms) == 4


@pytest.mark.parametrize(
    ("option", "value"),
    [("--people", "-1"), ("--port", "x"), ("--port", "65536"), ("--outlook-pace", "0"), ("--outlook-pace", "soon")],
)
def test_a_wrong_option_is_named(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"{option}={value}"])
    assert ended.value.code == 2
    assert f"argument {option}: '{value}' is not" in capsys.readouterr().err


def test_an_empty_company_is_a_company() -> None:
    lab = Lab(Company.seeded(people=0, rooms=0))
    fill_calendars(lab.company, lab.outlook, lab.organization.now())
    assert act(lab, random.Random(1)) == "nobody works here"
    roomless = Lab(Company.seeded(people=1, rooms=0))
    assert "booked" in act(roomless, random.Random(1))
