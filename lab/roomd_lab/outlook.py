"""What people do in Outlook: book, move, cancel and answer meetings."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from roomd_lab.model.deleting import delete
from roomd_lab.model.delivery import deliver
from roomd_lab.model.directory import Address
from roomd_lab.model.errors import item_not_found
from roomd_lab.model.ids import clean, global_object_id_of
from roomd_lab.model.items import Attendee, Body, CalendarItem, Response, Role, StoredItem
from roomd_lab.model.mailbox import FolderName, Mailbox
from roomd_lab.model.organization import Organization
from roomd_lab.model.organizing import SILENTLY, TO_ALL, TO_CHANGED, cancel, create, update
from roomd_lab.model.responding import respond


class Outlook:
    """Everybody's Outlook. Every action ends with its mail delivered and answered.

    Times are aware. A meeting is named by the address in whose calendar it is looked for and its UID.
    """

    def __init__(self, organization: Organization, lock: threading.RLock) -> None:
        self._organization = organization
        self._lock = lock

    def book(  # noqa: PLR0913 - a meeting has many sides, all of them by name
        self,
        organizer: str,
        *,
        subject: str,
        start: datetime,
        end: datetime,
        rooms: Sequence[str] = (),
        attendees: Sequence[str] = (),
        body: str = "",
        zone: str = "UTC",
    ) -> CalendarItem:
        """Send a meeting request; gives the organizer's copy with the answers already in."""
        with self._lock:
            mailbox = self._organization.mailbox(organizer)
            draft = CalendarItem(
                organizer=mailbox.owner,
                subject=subject,
                body=Body(text=body, kind="Text"),
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                start_zone=zone,
                end_zone=zone,
                location="; ".join(self._address(room).name for room in rooms),
                attendees=(*self._invited(attendees, Role.REQUIRED), *self._invited(rooms, Role.RESOURCE)),
            )
            item = create(mailbox, draft, TO_ALL)
            return self._settled(mailbox, item)

    def change(self, address: str, uid: str, **fields: Any) -> CalendarItem:
        """Change fields of one's own meeting and send the update; see `CalendarItem` for their names."""
        with self._lock:
            mailbox, item = self._find(address, uid)
            changed = update(mailbox, item, fields, TO_CHANGED)
            return self._settled(mailbox, changed)

    def move(self, address: str, uid: str, *, start: datetime, end: datetime) -> CalendarItem:
        """Move one's own meeting to another time and send the update."""
        return self.change(address, uid, start=start.astimezone(UTC), end=end.astimezone(UTC))

    def move_silently(self, address: str, uid: str, *, start: datetime, end: datetime) -> CalendarItem:
        """Move a copy without telling anybody: organizer and attendees then disagree."""
        with self._lock:
            mailbox, item = self._find(address, uid)
            times = {"start": start.astimezone(UTC), "end": end.astimezone(UTC)}
            return update(mailbox, item, times, SILENTLY)

    def cancel(self, address: str, uid: str) -> None:
        """Call one's own meeting off."""
        with self._lock:
            mailbox, item = self._find(address, uid)
            cancel(mailbox, item)
            deliver(self._organization)

    def respond(self, address: str, uid: str, response: Response | str) -> None:
        """Accept, tentatively accept or decline an invitation (`Accept`, `Tentative`, `Decline`)."""
        with self._lock:
            mailbox, item = self._find(address, uid)
            respond(mailbox, item, Response(response))
            deliver(self._organization)

    def delete(self, address: str, uid: str, *, folder: FolderName | None = FolderName.DELETED) -> None:
        """Delete a copy and tell nobody, as a careless room administrator does."""
        with self._lock:
            mailbox, item = self._find(address, uid)
            delete(mailbox, item, folder)

    def write_into(self, address: str, *, subject: str, start: datetime, end: datetime) -> CalendarItem:
        """Write an appointment straight into a calendar, past its attendant."""
        with self._lock:
            mailbox = self._organization.mailbox(address)
            draft = CalendarItem(
                organizer=mailbox.owner, subject=subject, start=start.astimezone(UTC), end=end.astimezone(UTC)
            )
            return create(mailbox, draft, SILENTLY)

    def meeting(self, address: str, uid: str) -> CalendarItem:
        """The copy of a meeting in somebody's calendar. Raises ErrorItemNotFound."""
        with self._lock:
            return self._find(address, uid)[1]

    def calendar(self, address: str) -> list[CalendarItem]:
        """Everything in somebody's calendar, by start."""
        with self._lock:
            items = self._organization.mailbox(address).calendar_items()
            return sorted(items, key=lambda item: item.start)

    def folder(self, address: str, name: FolderName) -> list[StoredItem]:
        """Everything in one of somebody's folders, oldest first."""
        with self._lock:
            return list(self._organization.mailbox(address).folders[name].items.values())

    def _invited(self, addresses: Iterable[str], role: Role) -> list[Attendee]:
        return [Attendee(address=self._address(smtp), role=role) for smtp in addresses]

    def _address(self, smtp: str) -> Address:
        return self._organization.directory.find(smtp) or Address(name=smtp, smtp=smtp)

    def _find(self, address: str, uid: str) -> tuple[Mailbox, CalendarItem]:
        mailbox = self._organization.mailbox(address)
        item = mailbox.meeting(clean(global_object_id_of(uid)))
        if item is None:
            raise item_not_found()
        return mailbox, item

    def _settled(self, mailbox: Mailbox, item: CalendarItem) -> CalendarItem:
        deliver(self._organization)
        present = mailbox.item(item.item_id)
        assert isinstance(present, CalendarItem)
        return present
