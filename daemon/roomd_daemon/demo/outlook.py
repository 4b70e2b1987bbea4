"""The other side, seen through the lab's control interface: what people do in Outlook, and what it holds."""

import ssl
from datetime import datetime
from typing import Any, Self

import httpx2

from roomd_daemon.demo.configuration import LabReady
from roomd_daemon.demo.process import HouseError


class Outlook:
    """Outlook's users and everybody's mailboxes. Times are aware; answers are the lab's JSON objects."""

    def __init__(self, ready: LabReady) -> None:
        """Trust the lab's certificate and no other."""
        self._client = httpx2.Client(
            base_url=ready.control,
            headers={"X-Lab-Token": ready.control_token},
            verify=ssl.create_default_context(cafile=ready.ca_file),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        """Return itself; connections close at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def book(self, organizer: str, subject: str, start: datetime, end: datetime, *, rooms: list[str]) -> Any:
        """Send a meeting request as that person; the rooms have answered when this returns."""
        times = {"start": start.isoformat(), "end": end.isoformat()}
        return self._ask("book", organizer=organizer, subject=subject, rooms=rooms, **times)

    def move(self, organizer: str, uid: str, start: datetime, end: datetime) -> Any:
        """Move that person's own meeting."""
        return self._ask("move", organizer=organizer, uid=uid, start=start.isoformat(), end=end.isoformat())

    def change(self, organizer: str, uid: str, **fields: str) -> Any:
        """Change fields of that person's own meeting, such as ``subject``."""
        return self._ask("change", organizer=organizer, uid=uid, fields=fields)

    def delete(self, address: str, uid: str) -> None:
        """Delete one copy and tell nobody."""
        self._ask("delete", address=address, uid=uid)

    def cancel(self, organizer: str, uid: str) -> None:
        """Call that person's own meeting off."""
        self._ask("cancel", organizer=organizer, uid=uid)

    def folder(self, address: str, folder: str = "calendar") -> list[dict[str, Any]]:
        """Return what lies in a folder of somebody's mailbox."""
        held: list[dict[str, Any]] = self._ask("mailbox", address=address, folder=folder)
        return held

    def titled(self, address: str, subject: str, folder: str = "calendar") -> list[dict[str, Any]]:
        """Return the items in that folder with that subject."""
        return [item for item in self.folder(address, folder) if item["subject"] == subject]

    def fail(self, kind: str, operation: str = "*", **how: Any) -> None:
        """Let the lab misbehave at its next request of that operation."""
        self._ask("fault", kind=kind, operation=operation, **how)

    def leave_unattended(self, room: str) -> None:
        """Take the booking attendant away from a room: invitations then stay unanswered."""
        self._ask("room-policy", room=room, automation="AutoUpdate")

    def mail(self) -> list[dict[str, Any]]:
        """Return every meeting message sent so far."""
        sent: list[dict[str, Any]] = self._ask("mail")
        return sent

    def _ask(self, route: str, **given: Any) -> Any:
        answer = self._client.post(route, json=given)
        if answer.status_code != httpx2.codes.OK:
            raise HouseError(f"the lab refused {route}: {answer.text}")
        return answer.json()
