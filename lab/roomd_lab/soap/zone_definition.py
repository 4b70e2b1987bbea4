"""TimeZoneDefinition: a zone named by its Windows id, or spelt out with its periods and transitions."""

import re
from datetime import UTC, datetime, timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.zones import WindowsZone, YearlyTransition, is_known, known_zone_ids, windows_zone
from roomd_lab.soap.xml import Element, child, first, read_int, schema_violation, t, text_of

_DURATION = re.compile(r"(-?)PT(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:\d{1,4}(?:\.\d+)?S)?")
_Rules = tuple[timedelta, timedelta, YearlyTransition | None, YearlyTransition | None]


def read_zone_id(element: Element) -> str:
    """The Windows id a zone element stands for: its Id, else that of a zone whose clock changes as it defines.

    An element without either is UTC. Raises ErrorTimeZone for a definition that is like no zone.
    """
    zone_id = element.get("Id") or element.get("TimeZoneName") or "UTC"
    if is_known(zone_id):
        return zone_id
    if element.find(t("Periods")) is not None:
        wanted, year = _rules(element), datetime.now(UTC).year
        for known in known_zone_ids():
            if _rules_of(windows_zone(known, year)) == wanted:
                return known
    raise ExchangeError("ErrorTimeZone", f"The time zone '{zone_id}' is not known.")


def _rules_of(zone: WindowsZone) -> _Rules:
    return zone.standard_offset, zone.daylight_offset, zone.to_daylight, zone.to_standard


def _rules(definition: Element) -> _Rules:
    """The rules of the newest group of transitions: those that hold from now on."""
    offsets = {each.get("Id", ""): -_duration(each.get("Bias", "")) for each in child(definition, t("Periods"))}
    group = _newest_group(definition)
    changes = [(_offset(offsets, each), _yearly(each)) for each in group.findall(t("RecurringDayTransition"))]
    if len(changes) != 2:  # noqa: PLR2004 - to daylight and back
        only = _offset(offsets, first(group))
        return only, only, None, None
    (standard, to_standard), (daylight, to_daylight) = sorted(changes, key=lambda change: change[0])
    return standard, daylight, to_daylight, to_standard


def _newest_group(definition: Element) -> Element:
    groups = {each.get("Id"): each for each in child(definition, t("TransitionsGroups"))}
    transitions = child(definition, t("Transitions"))
    first(transitions)
    newest = text_of(child(transitions[-1], t("To")))
    if newest not in groups:
        raise schema_violation(f"There is no transitions group '{newest}'.")
    return groups[newest]


def _offset(offsets: dict[str, timedelta], transition: Element) -> timedelta:
    period = text_of(child(transition, t("To")))
    if period not in offsets:
        raise schema_violation(f"There is no period '{period}'.")
    return offsets[period]


def _yearly(transition: Element) -> YearlyTransition:
    return YearlyTransition(
        month=read_int(text_of(child(transition, t("Month")))),
        weekday=text_of(child(transition, t("DayOfWeek"))),
        occurrence=read_int(text_of(child(transition, t("Occurrence")))),
        at=_duration(text_of(child(transition, t("TimeOffset")))),
    )


def _duration(text: str) -> timedelta:
    matched = _DURATION.fullmatch(text.strip())
    if matched is None:
        raise schema_violation(f"'{text}' is no duration.")
    sign, hours, minutes = matched.groups()
    length = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -length if sign else length
