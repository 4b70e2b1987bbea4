"""An EWS client that roomd did not write, in another language, uses the lab."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.wire import EMMA, GUANGHAN, TOMORROW, ZHANGSAN, Client
from roomd_lab import Company, Lab, Limits

FOLDER = Path(__file__).parent / "javascript"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules").is_dir(), reason="run `npm ci` in tests/lab/javascript to try the lab with it"
    ),
]


def run(client: Client, auth: str) -> dict[str, Any]:
    account = client.lab.account("svc-roomd")
    site = {
        "endpoint": client.address.endpoint,
        "username": account.username,
        "password": account.password,
        "auth": auth,
        "organizer": ZHANGSAN,
        "attendee": EMMA,
        "room": GUANGHAN,
        "start": TOMORROW.isoformat(),
    }
    done = subprocess.run(
        [NODE or "node", str(FOLDER / "client.js")],
        input=json.dumps(site),
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(client.address.ca_file)},
        capture_output=True,
        check=False,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture
def beating() -> Iterator[Client]:
    """A lab whose heart beats often: of each piece that arrives this client reads one envelope only."""
    lab = Lab(Company.seeded(), limits=Limits(heartbeat_seconds=0.2))
    with lab.serve_in_thread() as address:
        yield Client(lab, address)


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
def test_it_books_updates_syncs_streams_and_cancels(beating: Client, auth: str) -> None:
    seen = run(beating, auth)
    assert "Created" in seen["events"]
    assert seen["booked"]["subject"] == "Booked from JavaScript"
    assert seen["busy"] == 1
    assert (seen["created"], seen["changed"], seen["cancelled"]) == (["Create"], ["Update"], ["Delete"])
    assert seen["updated"]["subject"] == "Renamed from JavaScript"
    assert beating.lab.outlook.calendar(GUANGHAN) == []
    (theirs,) = beating.lab.outlook.calendar(EMMA)
    assert theirs.is_cancelled
