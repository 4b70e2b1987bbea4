"""How each field of a calendar item is read, whether it is set at creation or changed later."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.ids import global_object_id_of
from roomd_lab.model.items import Body, CalendarItem, FreeBusy
from roomd_lab.soap.recurrence import read_recurrence
from roomd_lab.soap.xml import (
    Element,
    local_name,
    read_bool,
    read_int,
    read_time,
    schema_violation,
    t,
    text_of,
)
from roomd_lab.soap.zone_definition import read_zone_id

_SENSITIVITIES = {"Normal", "Personal", "Private", "Confidential"}
_IMPORTANCES = {"Low", "Normal", "High"}
_LONGEST_SUBJECT = 255
# ReminderMinutesBeforeStartMinutesType in the schema: five years.
_LONGEST_REMINDER = 2_629_800


@dataclass(slots=True)
class Draft:
    """Field values being collected, beginning with those of `item` when it is being changed."""

    directory: Directory
    zone: tzinfo
    item: CalendarItem | None
    values: dict[str, Any]

    def current(self, name: str, default: Any) -> Any:
        """The value as it stands: collected, else the item's, else the default."""
        if name in self.values:
            return self.values[name]
        return default if self.item is None else getattr(self.item, name)


def _text(field: str) -> Callable[[Draft, Element], None]:
    def put(draft: Draft, element: Element) -> None:
        draft.values[field] = text_of(element)

    return put


def _flag(field: str) -> Callable[[Draft, Element], None]:
    def put(draft: Draft, element: Element) -> None:
        draft.values[field] = read_bool(text_of(element))

    return put


def _choice(field: str, choices: set[str]) -> Callable[[Draft, Element], None]:
    def put(draft: Draft, element: Element) -> None:
        value = text_of(element)
        if value not in choices:
            raise schema_violation(f"'{value}' is no {local_name(element)}.")
        draft.values[field] = value

    return put


def _moment(field: str) -> Callable[[Draft, Element], None]:
    def put(draft: Draft, element: Element) -> None:
        draft.values[field] = read_time(text_of(element), draft.zone).replace(microsecond=0)

    return put


def _subject(draft: Draft, element: Element) -> None:
    subject = text_of(element)
    if len(subject) > _LONGEST_SUBJECT:
        raise ExchangeError("ErrorPropertyValidationFailure", "The subject is longer than 255 characters.")
    draft.values["subject"] = subject


def _body(draft: Draft, element: Element) -> None:
    kind, text = element.get("BodyType", "HTML"), text_of(element)
    if kind == "HTML" and text and not re.search(r"<html\b", text, re.IGNORECASE):
        text = (
            '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n'
            f"</head>\r\n<body>\r\n{text}\r\n</body>\r\n</html>\r\n"
        )
    draft.values["body"] = Body(text=text, kind=kind)


def _categories(draft: Draft, element: Element) -> None:
    draft.values["categories"] = tuple(text_of(each) for each in element)


def _reminder(draft: Draft, element: Element) -> None:
    minutes = read_int(text_of(element))
    if not 0 <= minutes <= _LONGEST_REMINDER:
        raise schema_violation(f"A reminder {minutes} minutes before the start is impossible.")
    draft.values["reminder_minutes"] = minutes


def _free_busy(draft: Draft, element: Element) -> None:
    try:
        status = FreeBusy(text_of(element))
    except ValueError:
        raise schema_violation(f"'{text_of(element)}' is no LegacyFreeBusyStatus.") from None
    draft.values["free_busy"] = status
    if draft.item is None or draft.item.is_organizer:
        draft.values["intended_free_busy"] = status


def _uid(draft: Draft, element: Element) -> None:
    if draft.item is not None:
        raise ExchangeError("ErrorInvalidPropertySet", "Set action is invalid for property UID.")
    draft.values["global_object_id"] = global_object_id_of(text_of(element))


def _zone(field: str) -> Callable[[Draft, Element], None]:
    def put(draft: Draft, element: Element) -> None:
        draft.values[field] = read_zone_id(element)

    return put


def _both_zones(draft: Draft, element: Element) -> None:
    _zone("start_zone")(draft, element)
    _zone("end_zone")(draft, element)


def _recurrence(draft: Draft, element: Element) -> None:
    if draft.item is not None and draft.item.instance is not None:
        raise ExchangeError("ErrorInvalidPropertySet", "Set action is invalid for the Recurrence of an occurrence.")
    draft.values["recurrence"] = read_recurrence(element)


def _enhanced_location(draft: Draft, element: Element) -> None:
    draft.values["location"] = text_of(element.find(t("DisplayName")))


SETTERS: dict[str, Callable[[Draft, Element], None]] = {
    "Subject": _subject,
    "Body": _body,
    "Sensitivity": _choice("sensitivity", _SENSITIVITIES),
    "Importance": _choice("importance", _IMPORTANCES),
    "Categories": _categories,
    "ReminderIsSet": _flag("reminder_is_set"),
    "ReminderMinutesBeforeStart": _reminder,
    "UID": _uid,
    "Start": _moment("start"),
    "End": _moment("end"),
    "IsAllDayEvent": _flag("all_day"),
    "LegacyFreeBusyStatus": _free_busy,
    "Location": _text("location"),
    "EnhancedLocation": _enhanced_location,
    "IsResponseRequested": _flag("response_requested"),
    "AllowNewTimeProposal": _flag("new_time_proposals"),
    "Recurrence": _recurrence,
    "StartTimeZone": _zone("start_zone"),
    "EndTimeZone": _zone("end_zone"),
    "MeetingTimeZone": _both_zones,
}
# Clients may send these; nothing the lab keeps depends on them.
IGNORED = {
    "ItemClass",
    "ReminderDueBy",
    "Culture",
    "When",
    "ConferenceType",
    "IsOnlineMeeting",
    "MeetingWorkspaceUrl",
    "NetShowUrl",
}
CLEARED: dict[str, tuple[str, Any]] = {
    "Subject": ("subject", ""),
    "Body": ("body", Body()),
    "Location": ("location", ""),
    "EnhancedLocation": ("location", ""),
    "Categories": ("categories", ()),
    "Recurrence": ("recurrence", None),
    "ReminderMinutesBeforeStart": ("reminder_minutes", 15),
}
