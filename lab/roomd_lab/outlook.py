"""What people do in Outlook: book, move, cancel and answer meetings, once or every week."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from roomd_lab.model.announcing import SILENTLY, TO_ALL, TO_CHANGED
from roomd_lab.model.delegating import decide_for_owner, waiting
from roomd_lab.model.deleting import delete
from roomd_lab.model.delivery import deliver
from roomd_lab.model.errors import item_not_found
from roomd_lab.model.folders import FolderName
from roomd_lab.model.ids import clean, global_object_id_of, with_instance_date
from roomd_lab.model.items import Attendee, Body, CalendarItem, MeetingMessage, Response, Role, StoredItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.organization import Organization
from roomd_lab.model.organizing import cancel, create, update
from roomd_lab.model.people import Address
from roomd_lab.model.recurrence.patterns import Recurrence
from roomd_lab.model.responding import respond
from roomd_lab.model.splitting import cut_short, following


class Outlook:
    """Everybody's Outlook. Every action ends with its mail delivered and answered.

    Times are aware. A meeting is named by the address in whose calendar it is looked for and its UID; one occurrence
    of a series by the day, `on`, on which the pattern has it. Without `on`, what happens to a series happens to all.
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
        recurrence: Recurrence | None = None,
    ) -> CalendarItem:
        """Send a meeting request; gives the organizer's copy with the answers already in.

        With a `recurrence` it is for a series, in the wall times of `zone` (a Windows id).
        """
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
                recurrence=recurrence,
            )
            item = create(mailbox, draft, TO_ALL)
            return self._settled(mailbox, item)

    def book_series(self, organizer: str, *, recurrence: Recurrence, **meeting: Any) -> CalendarItem:
        """Send a request for a series; see `book`. Gives the organizer's master."""
        return self.book(organizer, recurrence=recurrence, **meeting)

    def change(self, address: str, uid: str, *, on: date | None = None, **fields: Any) -> CalendarItem:
        """Change fields of one's own meeting and send the update; see `CalendarItem` for their names."""
        with self._lock:
            mailbox, item = self._find(address, uid, on)
            changed = update(mailbox, item, fields, TO_CHANGED)
            return self._settled(mailbox, changed)

    def move(self, address: str, uid: str, *, start: datetime, end: datetime, on: date | None = None) -> CalendarItem:
        """Move one's own meeting to another time and send the update."""
        return self.change(address, uid, on=on, start=start.astimezone(UTC), end=end.astimezone(UTC))

    def move_silently(
        self, address: str, uid: str, *, start: datetime, end: datetime, on: date | None = None
    ) -> CalendarItem:
        """Move a copy without telling anybody: organizer and attendees then disagree."""
        with self._lock:
            mailbox, item = self._find(address, uid, on)
            times = {"start": start.astimezone(UTC), "end": end.astimezone(UTC)}
            return update(mailbox, item, times, SILENTLY)

    def this_and_following(self, address: str, uid: str, *, on: date, **fields: Any) -> CalendarItem:
        """Change a series from one occurrence on, as Outlook does: end it on the day before, and book another.

        Gives the master of the second series, under a UID of its own; from the first day on it is a change of all.
        """
        with self._lock:
            mailbox, master = self._find(address, uid)
            if master.recurrence is not None and on <= master.recurrence.first:
                return self.change(address, uid, **fields)
            second = replace(following(master, on), **fields)
            update(mailbox, master, {"recurrence": cut_short(master, on)}, TO_ALL)
            deliver(self._organization)
            return self._settled(mailbox, create(mailbox, second, TO_ALL))

    def cancel(self, address: str, uid: str, *, on: date | None = None) -> None:
        """Call one's own meeting off."""
        with self._lock:
            mailbox, item = self._find(address, uid, on)
            cancel(mailbox, item)
            deliver(self._organization)

    def respond(self, address: str, uid: str, response: Response | str, *, on: date | None = None) -> None:
        """Accept, tentatively accept or decline an invitation (`Accept`, `Tentative`, `Decline`)."""
        with self._lock:
            mailbox, item = self._find(address, uid, on)
            respond(mailbox, item, Response(response))
            deliver(self._organization)

    def approve(self, delegate: str, uid: str, response: Response | str, *, on: date | None = None) -> None:
        """Answer, as a room's delegate, a request for the room that was forwarded; see `respond`.

        Raises ErrorItemNotFound when no such request waits in the delegate's inbox.
        """
        with self._lock:
            mailbox, wanted = self._organization.mailbox(delegate), _identity(uid, on)
            undecided = reversed(waiting(self._organization, mailbox))
            request = next((each for each in undecided if each.global_object_id == wanted), None)
            if request is None:
                raise item_not_found()
            decide_for_owner(self._organization, mailbox, request, Response(response))
            deliver(self._organization)

    def waiting_for(self, delegate: str) -> list[MeetingMessage]:
        """The requests for rooms in a delegate's inbox that nobody has decided yet, oldest first."""
        with self._lock:
            return waiting(self._organization, self._organization.mailbox(delegate))

    def delete(
        self, address: str, uid: str, *, on: date | None = None, folder: FolderName | None = FolderName.DELETED
    ) -> None:
        """Delete a copy and tell nobody, as a careless room administrator does."""
        with self._lock:
            mailbox, item = self._find(address, uid, on)
            delete(mailbox, item, folder)

    def write_into(self, address: str, *, subject: str, start: datetime, end: datetime) -> CalendarItem:
        """Write an appointment straight into a calendar, past its attendant."""
        with self._lock:
            mailbox = self._organization.mailbox(address)
            draft = CalendarItem(
                organizer=mailbox.owner, subject=subject, start=start.astimezone(UTC), end=end.astimezone(UTC)
            )
            return create(mailbox, draft, SILENTLY)

    def leave(self, address: str) -> None:
        """Leave the company: the mailbox goes, what was booked from it stays in other calendars."""
        with self._lock:
            self._organization.dismiss(address)

    def meeting(self, address: str, uid: str, *, on: date | None = None) -> CalendarItem:
        """The copy of a meeting in somebody's calendar. Raises ErrorItemNotFound."""
        with self._lock:
            return self._find(address, uid, on)[1]

    def calendar(self, address: str) -> list[CalendarItem]:
        """Everything in somebody's calendar, by start: single items and the masters of series."""
        with self._lock:
            items = self._organization.mailbox(address).meetings
            return sorted(items, key=lambda item: item.start)

    def calendar_between(self, address: str, start: datetime, end: datetime) -> list[CalendarItem]:
        """What somebody's calendar shows between two instants, by start: single items and occurrences."""
        with self._lock:
            return self._organization.mailbox(address).meetings.between(start, end)

    def folder(self, address: str, name: FolderName) -> list[StoredItem]:
        """Everything in one of somebody's folders, oldest first."""
        with self._lock:
            return list(self._organization.mailbox(address).folders[name].items.values())

    def _invited(self, addresses: Iterable[str], role: Role) -> list[Attendee]:
        return [Attendee(address=self._address(smtp), role=role) for smtp in addresses]

    def _address(self, smtp: str) -> Address:
        return self._organization.directory.find(smtp) or Address(name=smtp, smtp=smtp)

    def _find(self, address: str, uid: str, on: date | None = None) -> tuple[Mailbox, CalendarItem]:
        mailbox = self._organization.mailbox(address)
        item = mailbox.meetings.find(_identity(uid, on))
        if item is None:
            raise item_not_found()
        return mailbox, item

    def _settled(self, mailbox: Mailbox, item: CalendarItem) -> CalendarItem:
        deliver(self._organization)
        present = mailbox.item(item.item_id)
        assert isinstance(present, CalendarItem)
        return present


def _identity(uid: str, on: date | None) -> bytes:
    """The GlobalObjectId of a meeting, or of one occurrence of a series."""
    whole = clean(global_object_id_of(uid))
    return whole if on is None else with_instance_date(whole, on)
