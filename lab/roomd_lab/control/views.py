"""Items and mail as JSON objects."""

from typing import Any

from roomd_lab.control.recurrences import recurrence_view
from roomd_lab.model.items import CalendarItem, MeetingMessage, StoredItem
from roomd_lab.model.post import MailLogEntry
from roomd_lab.request_log import RequestLogEntry


def item_view(item: StoredItem) -> dict[str, Any]:
    """Anything that lies in a folder."""
    return calendar_view(item) if isinstance(item, CalendarItem) else message_view(item)


def calendar_view(item: CalendarItem) -> dict[str, Any]:
    """A calendar item with the answers its copy knows of; of a series its master, or one occurrence."""
    return {
        "kind": "CalendarItem",
        "item_id": item.item_id,
        "change_key": item.change_key,
        "uid": item.uid,
        "subject": item.subject,
        "start": item.start.isoformat(),
        "end": item.end.isoformat(),
        "location": item.location,
        "organizer": item.organizer.smtp,
        "is_organizer": item.is_organizer,
        "is_cancelled": item.is_cancelled,
        "my_response": str(item.my_response),
        "free_busy": str(item.free_busy),
        "sequence": item.sequence,
        "type": str(item.type),
        "original_start": item.original_start.isoformat() if item.original_start else None,
        "recurrence": recurrence_view(item.recurrence) if item.recurrence else None,
        "exceptions": [day.isoformat() for day in sorted(item.exceptions)],
        "deletions": [day.isoformat() for day in sorted(item.deletions)],
        "attendees": [
            {"address": a.address.smtp, "role": str(a.role), "response": str(a.response)} for a in item.attendees
        ],
    }


def message_view(item: MeetingMessage) -> dict[str, Any]:
    """A meeting message."""
    return {
        "kind": str(item.kind),
        "item_id": item.item_id,
        "uid": item.uid,
        "subject": item.subject,
        "from": item.sender.smtp,
        "to": [address.smtp for address in item.recipients],
        "sent": item.sent.isoformat(),
        "response": str(item.response),
        "received_for": item.received_for.smtp if item.received_for else None,
    }


def request_view(entry: RequestLogEntry) -> dict[str, Any]:
    """One line of the request log."""
    return {
        "at": entry.at.isoformat(),
        "operation": entry.operation,
        "account": entry.account,
        "acts_as": entry.acts_as,
        "anchor": entry.anchor,
        "status": entry.status,
        "fault": entry.fault,
    }


def mail_view(entry: MailLogEntry) -> dict[str, Any]:
    """One line of the mail log."""
    return {
        "sent": entry.sent.isoformat(),
        "kind": str(entry.kind),
        "from": entry.sender,
        "to": entry.recipient,
        "subject": entry.subject,
        "uid": entry.uid,
        "detail": entry.detail,
        "original_start": entry.original_start.isoformat() if entry.original_start else None,
    }
