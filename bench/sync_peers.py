"""What the tables of ``bench/sync.py`` share: a lab, plain exchangelib beside roomd, and what each of them costs."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests.adapters
from exchangelib import IMPERSONATION, NTLM, UTC, Account, Build, Configuration, Credentials, Version
from exchangelib.protocol import BaseProtocol

from roomd_daemon.exchange import ExchangeSettings, Secret, connections

FIELDS_ROOMD_READS = (
    "subject", "sensitivity", "categories", "reminder_is_set", "reminder_minutes_before_start",
    "last_modified_time", "uid", "start", "end", "is_all_day", "legacy_free_busy_status", "location", "is_meeting",
    "is_cancelled", "type", "my_response_type", "organizer", "_start_timezone",
)  # fmt: skip

Reader = Callable[[], int]
"""Do the work once; return how many things (items, mailboxes) it was about."""


@dataclass
class Measure:
    """What one reader cost, round by round: CPU and wall seconds, each divided by what the reader returned."""

    name: str
    read: Reader
    count: int = 0
    cpu: list[float] = field(default_factory=list[float])
    wall: list[float] = field(default_factory=list[float])

    def take(self) -> None:
        """Run the reader once and keep what it cost."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        self.count = self.read()
        self.wall.append((time.perf_counter() - wall) / self.count)
        self.cpu.append((cpu_seconds() - cpu) / self.count)


def cpu_seconds() -> float:
    """Return user and system seconds of this process: the lab is another one."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def take_turns(measures: Sequence[Measure], rounds: int) -> None:
    """Measure in alternating order, so that what the machine does besides falls on all of them."""
    for number in range(rounds):
        for measure in measures if number % 2 == 0 else reversed(measures):
            measure.take()


def report(title: str, unit: str, measures: Sequence[Measure]) -> None:
    """Print a table: medians of the rounds, and how many times the first reader's CPU each takes."""
    least = statistics.median(measures[0].cpu)
    print(f"\n{title} (median of {len(measures[0].cpu)}, load {os.getloadavg()[0]:.1f})")
    print(f"{'':<44}{unit:>11}{'wall us/' + unit:>17}{'CPU us/' + unit:>16}{'ratio':>8}")
    for each in measures:
        wall, cpu = statistics.median(each.wall), statistics.median(each.cpu)
        print(f"{each.name:<44}{each.count:>11}{wall * 1e6:>17.0f}{cpu * 1e6:>16.0f}{cpu / least:>7.1f}x")


@contextmanager
def running_lab(rooms: int, events: int) -> Iterator[dict[str, Any]]:
    """Run a lab with full calendars, in one zone wherever it runs; give what it says when it is ready."""
    company = ["--rooms", str(rooms), "--events-per-room", str(events), "--zone", "Europe/Berlin"]
    command = [sys.executable, "-m", "roomd_lab", *company]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout is not None
        try:
            yield json.loads(lab.stdout.readline())
        finally:
            lab.terminate()


def addresses(lab: dict[str, Any]) -> list[str]:
    """Return the addresses of the lab's rooms."""
    return [room["address"] if isinstance(room, dict) else room for room in lab["rooms"]]


def settings_for(lab: dict[str, Any]) -> ExchangeSettings:
    """Return roomd's settings for the lab: one connection, as exchangelib has one."""
    return ExchangeSettings(
        endpoint=lab["endpoint"],
        username=lab["username"],
        password=Secret(lab["password"]),
        ca_file=Path(lab["ca_file"]),
        max_connections=1,
    )


class Traffic:
    """What went over the wire: requests, and bytes of their bodies and answers. Counted where the readers send."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin again."""
        self.requests = self.bytes = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count everything this process sends, through requests or past it, as long as the block lasts."""
        send, speak = requests.adapters.HTTPAdapter.send, connections.speak

        def sending(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            response = send(adapter, request, *args, **kwargs)
            self._count(request, response.headers)
            return response

        def speaking(connection: Any, request: Any, **kwargs: Any) -> Any:
            answer = speak(connection, request, **kwargs)
            self._count(request, answer.reply.headers)
            return answer

        adapter_class = requests.adapters.HTTPAdapter
        with patch.object(adapter_class, "send", sending), patch.object(connections, "speak", speaking):
            yield

    def _count(self, request: Any, headers: Any) -> None:
        self.requests += 1
        self.bytes += len(request.body or b"") + int(headers["Content-Length"])


def exchangelib_calendars(lab: dict[str, Any]) -> list[Any]:
    """Return each room's calendar, found before any clock starts."""

    class TrustingTheLab(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            del verify
            super().cert_verify(conn, url, lab["ca_file"], cert)

    BaseProtocol.HTTP_ADAPTER_CLS = TrustingTheLab
    config = Configuration(
        service_endpoint=lab["endpoint"],
        credentials=Credentials(lab["username"], lab["password"]),
        auth_type=NTLM,
        version=Version(build=Build(15, 1, 2507, 6), api_version="Exchange2016"),
    )
    common = {"config": config, "access_type": IMPERSONATION, "default_timezone": UTC}
    return [Account(room, **common).calendar for room in addresses(lab)]
