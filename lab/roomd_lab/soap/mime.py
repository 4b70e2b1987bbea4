"""MimeContent: a calendar item as iCalendar, a meeting message as internet mail."""

import base64
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from roomd_lab.model.items import CalendarItem, MeetingMessage, StoredItem
from roomd_lab.soap.icalendar import calendar_of
from roomd_lab.soap.item_fields import as_text


def mime_content(item: StoredItem) -> str:
    """The MimeContent element."""
    content = calendar_of(item) if isinstance(item, CalendarItem) else _mail_of(item)
    return f'<t:MimeContent CharacterSet="UTF-8">{base64.b64encode(content).decode()}</t:MimeContent>'


def _mail_of(message: MeetingMessage) -> bytes:
    """A message of RFC 5322 with the text people read; the meeting's data stays in the item's own properties."""
    mail = EmailMessage()
    mail["From"] = formataddr((message.sender.name, message.sender.smtp))
    mail["To"] = ", ".join(formataddr((each.name, each.smtp)) for each in message.recipients)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.sent)
    mail["Content-Class"] = "urn:content-classes:calendarmessage"
    mail.set_content(as_text(message.body))
    return mail.as_bytes()
