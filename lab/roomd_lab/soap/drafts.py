"""Calendar items as clients write them: fields set at creation, and fields changed later."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo

from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import Body, CalendarItem
from roomd_lab.model.people import Address
from roomd_lab.model.zones import windows_id, zone_info
from roomd_lab.soap.draft_attendees import ROLES, read_attendees, set_attendees
from roomd_lab.soap.draft_fields import CLEARED, IGNORED, SETTERS, Draft
from roomd_lab.soap.draft_properties import set_property
from roomd_lab.soap.extended import read_property
from roomd_lab.soap.icalendar_reading import spelt_out
from roomd_lab.soap.xml import Element, local_name, t, text_of
from roomd_lab.soap.zone_definition import read_zone_id

_HALF_HOUR = timedelta(minutes=30)


def new_item(element: Element, organizer: Address, directory: Directory, zone: tzinfo, now: datetime) -> CalendarItem:
    """The calendar item of a CreateItem request.

    Times without offset are wall times in the item's StartTimeZone, else in the request's zone; a series repeats in
    the same zone.
    """
    element, deletions = spelt_out(element)
    draft = Draft(directory, _own_zone(element, zone), None, {})
    for each in element:
        set_field(draft, each)
    values = draft.values
    values["deletions"] = deletions
    values.setdefault("start_zone", windows_id(draft.zone))
    values.setdefault("end_zone", values["start_zone"])
    values.setdefault("start", now + _HALF_HOUR)
    values.setdefault("end", values["start"] + _HALF_HOUR)
    return whole_days(CalendarItem(organizer=organizer, **values))


def set_field(draft: Draft, element: Element) -> None:
    """Take over one child of a CalendarItem element.

    Raises ErrorInvalidPropertySet for a field only Exchange writes.
    """
    name = local_name(element)
    if name in ROLES:
        set_attendees(draft, ROLES[name], read_attendees(draft, element, ROLES[name]))
    elif name == "ExtendedProperty":
        set_property(draft, *read_property(element))
    elif name in SETTERS:
        SETTERS[name](draft, element)
    elif name not in IGNORED:
        raise ExchangeError("ErrorInvalidPropertySet", f"Set action is invalid for property {name}.")


def append_field(draft: Draft, element: Element) -> None:
    """Append to a body or to a list of attendees.

    Raises ErrorInvalidPropertyAppend for everything else.
    """
    name = local_name(element)
    if name in ROLES:
        role = ROLES[name]
        present = [a for a in draft.current("attendees", ()) if a.role is role]
        known = {attendee.address.key for attendee in present}
        added = [a for a in read_attendees(draft, element, role) if a.address.key not in known]
        set_attendees(draft, role, [*present, *added])
    elif name == "Body":
        body = draft.current("body", Body())
        draft.values["body"] = replace(body, text=body.text + text_of(element))
    else:
        raise ExchangeError("ErrorInvalidPropertyAppend", "Append action is not supported for this property.")


def clear_field(draft: Draft, path: str) -> None:
    """Delete a field: it goes back to what an item without it shows.

    Raises ErrorInvalidPropertyDelete for a field every item must have.
    """
    name = path.partition(":")[2]
    if name in ROLES:
        set_attendees(draft, ROLES[name], [])
    elif name in CLEARED:
        field, value = CLEARED[name]
        draft.values[field] = value
    else:
        raise ExchangeError("ErrorInvalidPropertyDelete", "Delete action is not supported for this property.")


def whole_days(item: CalendarItem) -> CalendarItem:
    """An all-day item from midnight to midnight in its own zone, as Exchange keeps it."""
    if not item.all_day:
        return item
    start_zone, end_zone = zone_info(item.start_zone), zone_info(item.end_zone)
    start, end = item.start.astimezone(start_zone), item.end.astimezone(end_zone)
    first = datetime.combine(start.date(), time(), start_zone)
    last = datetime.combine(end.date(), time(), end_zone)
    if last < end or last <= first:
        last = datetime.combine(end.date() + timedelta(days=1), time(), end_zone)
    return replace(item, start=first.astimezone(UTC), end=last.astimezone(UTC))


def _own_zone(element: Element, fallback: tzinfo) -> tzinfo:
    zone = element.find(t("StartTimeZone"))
    if zone is None:
        zone = element.find(t("MeetingTimeZone"))
    return fallback if zone is None else zone_info(read_zone_id(zone))
