"""How fast the lab answers, from one core: it must not be what other benchmarks measure.

Prints SyncFolderItems items a second, by id alone and with all properties, and GetItem and CreateItem requests a
second, over one kept-alive connection and each beside the least that is asked of it. The lab runs as a process of its
own; this one only sends and counts.
"""

import argparse
import base64
import http.client
import json
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ITEMS = 4000
READINGS = 3
REQUESTS = 600
LEAST = {
    "SyncFolderItems items/s": 10_000,
    "SyncFolderItems items/s with all properties": 10_000,
    "GetItem requests/s": 300,
    "CreateItem requests/s": 300,
}
NAMESPACES = (
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
)
ID_ONLY = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
EVERYTHING = ID_ONLY.replace("IdOnly", "AllProperties")


@contextmanager
def lab(*options: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "roomd_lab", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


class Client:
    """One kept-alive connection, acting as one mailbox."""

    def __init__(self, ready: dict[str, Any], mailbox: str) -> None:
        host, port = ready["endpoint"].split("/")[2].rsplit(":", 1)
        context = ssl.create_default_context(cafile=ready["ca_file"])
        self._connection = http.client.HTTPSConnection(host, int(port), context=context)
        login = f"{ready['username']}:{ready['password']}".encode()
        self._headers = {"Authorization": "Basic " + base64.b64encode(login).decode()}
        self._mailbox = mailbox

    def ask(self, operation: str) -> bytes:
        """Send one operation; gives the answer, which must be a good one."""
        body = (
            f"<s:Envelope {NAMESPACES}><s:Header><t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>"
            f"{self._mailbox}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation></s:Header>"
            f"<s:Body>{operation}</s:Body></s:Envelope>"
        )
        self._connection.request("POST", "/EWS/Exchange.asmx", body, self._headers)
        answer = self._connection.getresponse().read()
        assert b"NoError" in answer, answer
        return answer

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def sync(client: Client, shape: str = ID_ONLY) -> int:
    """Read a calendar from nothing to the end; gives how many items that were."""
    state, items, last = "", 0, False
    while not last:
        answer = client.ask(
            f'<m:SyncFolderItems>{shape}<m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>'
            f"<m:SyncState>{state}</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>"
        )
        state = answer.partition(b"<m:SyncState>")[2].partition(b"<")[0].decode()
        items += answer.count(b"<t:Create>")
        last = b"<m:IncludesLastItemInRange>true" in answer
    return items


def get(client: Client) -> Callable[[], object]:
    view = f'<m:FindItem Traversal="Shallow">{ID_ONLY}<m:IndexedPageItemView MaxEntriesReturned="1" Offset="0" '
    folder = '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    found = re.search(rb'<t:ItemId Id="([^"]+)"', client.ask(f'{view}BasePoint="Beginning"/>{folder}'))
    assert found
    request = f'<m:GetItem>{EVERYTHING}<m:ItemIds><t:ItemId Id="{found[1].decode()}"/></m:ItemIds></m:GetItem>'
    return lambda: client.ask(request)


def create(client: Client) -> Callable[[], object]:
    request = (
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Speed</t:Subject>'
        "<t:Start>2030-01-01T09:00:00Z</t:Start><t:End>2030-01-01T10:00:00Z</t:End></t:CalendarItem></m:Items>"
        "</m:CreateItem>"
    )
    return lambda: client.ask(request)


def rate(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - began)


def sync_rate(client: Client, shape: str) -> float:
    """Of the fastest reading: what else the machine does makes others slower, and none faster."""
    sync(client, shape)
    return ITEMS / min(seconds_to_sync(client, shape) for _ in range(READINGS))


def seconds_to_sync(client: Client, shape: str) -> float:
    began = time.perf_counter()
    items = sync(client, shape)
    seconds = time.perf_counter() - began
    assert items == ITEMS, items
    return seconds


def measure() -> dict[str, float]:
    with lab("--rooms", "1", "--people", "3", "--events-per-room", str(ITEMS)) as ready:
        client = Client(ready, ready["rooms"][0]["address"])
        figures = {
            "SyncFolderItems items/s": sync_rate(client, ID_ONLY),
            "SyncFolderItems items/s with all properties": sync_rate(client, EVERYTHING),
            "GetItem requests/s": rate(get(client), REQUESTS),
            "CreateItem requests/s": rate(create(client), REQUESTS),
        }
        client.close()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures = measure()
    if options.json:
        print(json.dumps({name: round(value) for name, value in figures.items()}))
    else:
        for name, value in figures.items():
            print(f"{name:44} {value:10,.0f}   at least {LEAST[name]:,}")
    return int(any(value < LEAST[name] for name, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
