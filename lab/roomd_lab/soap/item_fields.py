"""The fields every item has, in schema order. Extended properties stand between the two tables."""

import html
import re
from datetime import timedelta

from roomd_lab.model.items import Body, CalendarItem, Role, StoredItem
from roomd_lab.soap.derived_fields import (
    conversation_id,
    edit_form,
    icon_index,
    instance_key,
    item_class,
    preview,
    read_form,
    response_objects,
    store_entry_id,
)
from roomd_lab.soap.fields import Field, Level, in_sight, only_in_full, same_in_lists
from roomd_lab.soap.xml import attribute, flag, leaf, write_time

_2010, _2013 = "Exchange2010", "Exchange2013"
_TAGS = re.compile(r"<[^>]*>")
_HEAD = re.compile(r"<head\b.*?</head>", re.DOTALL | re.IGNORECASE)


def item_id(item: StoredItem) -> str:
    """The ItemId element."""
    return f'<t:ItemId Id="{item.item_id}" ChangeKey="{item.change_key}"/>'


def as_text(body: Body) -> str:
    """A body as plain text."""
    if body.kind == "Text":
        return body.text
    return html.unescape(_TAGS.sub("", _HEAD.sub("", body.text))).strip()


def as_html(body: Body) -> str:
    """A body as HTML."""
    if body.kind == "HTML" or not body.text:
        return body.text
    return "<html><body>" + html.escape(body.text).replace("\n", "<br>\n") + "</body></html>"


def _body(item: StoredItem, kind: str, name: str = "Body") -> str:
    text = as_text(item.body) if kind == "Text" else as_html(item.body)
    return f"<t:{name} BodyType={attribute(kind)}>{leaf('', text)[2:-3]}</t:{name}>"


def body_writer(body_type: str) -> Field[StoredItem]:
    """The Body field for a requested BodyType; `Best` is the type it is stored in."""
    if body_type == "Best":
        return only_in_full("item:Body", lambda item: _body(item, item.body.kind))
    return only_in_full("item:Body", lambda item: _body(item, body_type))


def _categories(item: StoredItem) -> str:
    if not item.categories:
        return ""
    return "<t:Categories>" + "".join(leaf("t:String", each) for each in item.categories) + "</t:Categories>"


def _reminder_due(item: StoredItem) -> str:
    return f"<t:ReminderDueBy>{write_time(item.start)}</t:ReminderDueBy>" if isinstance(item, CalendarItem) else ""


def _reminder_next(item: StoredItem) -> str:
    """When Outlook reminds people."""
    if not isinstance(item, CalendarItem) or not item.reminder_is_set:
        return ""
    when = item.start - timedelta(minutes=item.reminder_minutes)
    return f"<t:ReminderNextTime>{write_time(when)}</t:ReminderNextTime>"


def _received(item: StoredItem) -> str:
    return f"<t:DateTimeReceived>{write_time(item.created)}</t:DateTimeReceived>"


def _sent(item: StoredItem) -> str:
    return f"<t:DateTimeSent>{write_time(item.created)}</t:DateTimeSent>"


def _display(item: StoredItem, name: str, role: Role) -> str:
    return leaf(f"t:{name}", "; ".join(a.address.name for a in item.attendees if a.role is role))


def _size(item: StoredItem) -> str:
    return f"<t:Size>{1024 + 2 * len(item.subject) + len(item.body.text)}</t:Size>"


BEFORE_EXTENDED: tuple[Field[StoredItem], ...] = (
    same_in_lists("item:ParentFolderId", lambda i: f'<t:ParentFolderId Id="{i.folder_id}" ChangeKey="AQAAAA=="/>'),
    same_in_lists("item:ItemClass", lambda i: leaf("t:ItemClass", item_class(i))),
    same_in_lists("item:Subject", lambda i: leaf("t:Subject", i.subject), Level.DEFAULT),
    same_in_lists("item:Sensitivity", lambda i: leaf("t:Sensitivity", i.sensitivity), Level.DEFAULT),
    body_writer("Best"),
    same_in_lists("item:DateTimeReceived", _received),
    same_in_lists("item:Size", _size),
    same_in_lists("item:Categories", _categories),
    same_in_lists("item:Importance", lambda i: leaf("t:Importance", i.importance)),
    same_in_lists("item:IsSubmitted", lambda _: "<t:IsSubmitted>false</t:IsSubmitted>"),
    same_in_lists("item:IsDraft", lambda _: "<t:IsDraft>false</t:IsDraft>"),
    same_in_lists("item:IsFromMe", lambda _: "<t:IsFromMe>false</t:IsFromMe>"),
    same_in_lists("item:IsResend", lambda _: "<t:IsResend>false</t:IsResend>"),
    same_in_lists("item:IsUnmodified", lambda i: flag("IsUnmodified", i.created == i.modified)),
    same_in_lists("item:DateTimeSent", _sent),
    same_in_lists(
        "item:DateTimeCreated", lambda i: f"<t:DateTimeCreated>{write_time(i.created)}</t:DateTimeCreated>"
    ),
    only_in_full("item:ResponseObjects", response_objects),
    same_in_lists("item:ReminderDueBy", _reminder_due),
    same_in_lists("item:ReminderIsSet", lambda i: flag("ReminderIsSet", i.reminder_is_set)),
    same_in_lists("item:ReminderNextTime", _reminder_next, Level.ON_REQUEST),
    same_in_lists(
        "item:ReminderMinutesBeforeStart",
        lambda i: f"<t:ReminderMinutesBeforeStart>{i.reminder_minutes}</t:ReminderMinutesBeforeStart>",
    ),
    same_in_lists("item:DisplayCc", lambda i: _display(i, "DisplayCc", Role.OPTIONAL)),
    same_in_lists("item:DisplayTo", lambda i: _display(i, "DisplayTo", Role.REQUIRED)),
    same_in_lists("item:DisplayBcc", lambda _: "<t:DisplayBcc/>", Level.ON_REQUEST),
    same_in_lists("item:HasAttachments", lambda _: "<t:HasAttachments>false</t:HasAttachments>", Level.DEFAULT),
)
AFTER_EXTENDED: tuple[Field[StoredItem], ...] = (
    same_in_lists("item:Culture", lambda _: "<t:Culture>en-US</t:Culture>"),
    in_sight("item:EffectiveRights", lambda _, sight: sight.rights),
    same_in_lists("item:LastModifiedName", lambda i: leaf("t:LastModifiedName", i.modified_by)),
    same_in_lists(
        "item:LastModifiedTime", lambda i: f"<t:LastModifiedTime>{write_time(i.modified)}</t:LastModifiedTime>"
    ),
    same_in_lists("item:IsAssociated", lambda _: "<t:IsAssociated>false</t:IsAssociated>", since=_2010),
    same_in_lists("item:WebClientReadFormQueryString", read_form, since=_2010),
    same_in_lists("item:WebClientEditFormQueryString", edit_form, since=_2010),
    same_in_lists("item:ConversationId", conversation_id, since=_2010),
    only_in_full("item:UniqueBody", lambda i: _body(i, i.body.kind, "UniqueBody"), Level.ON_REQUEST),
    same_in_lists("item:Flag", lambda _: "<t:Flag><t:FlagStatus>NotFlagged</t:FlagStatus></t:Flag>", since=_2013),
    same_in_lists("item:StoreEntryId", store_entry_id, Level.ON_REQUEST),
    same_in_lists("item:InstanceKey", instance_key, since=_2013),
    only_in_full("item:NormalizedBody", lambda i: _body(i, "HTML", "NormalizedBody"), Level.ON_REQUEST),
    same_in_lists("item:Preview", lambda i: preview(as_text(i.body)), Level.ON_REQUEST),
    same_in_lists("item:IsClutter", lambda _: "<t:IsClutter>false</t:IsClutter>", Level.ON_REQUEST),
    same_in_lists("item:BlockStatus", lambda _: "<t:BlockStatus>false</t:BlockStatus>", Level.ON_REQUEST),
    same_in_lists(
        "item:HasBlockedImages", lambda _: "<t:HasBlockedImages>false</t:HasBlockedImages>", Level.ON_REQUEST
    ),
    only_in_full("item:TextBody", lambda i: _body(i, "Text", "TextBody"), Level.ON_REQUEST),
    same_in_lists("item:IconIndex", icon_index, Level.ON_REQUEST),
)
