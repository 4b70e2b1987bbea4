"""Zones of items: named by their Windows id, or spelt out with periods and transitions, or as in Exchange 2007."""

from datetime import timedelta

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.zones import Rules, YearlyTransition, is_known, zone_with
from roomd_lab.soap.meeting_zone import read_rules
from roomd_lab.soap.xml import Element, child, first, read_duration, read_int, schema_violation, t, text_of


def read_zone_id(element: Element) -> str:
    """The Windows id a zone element stands for: its Id, else that of a zone whose clock changes as it defines.

    An element without either is UTC. Raises ErrorTimeZone for a definition that is like no zone.
    """
    zone_id = element.get("Id") or element.get("TimeZoneName")
    if zone_id and is_known(zone_id):
        return zone_id
    for part, read in (("Periods", _rules), ("BaseOffset", read_rules)):
        if element.find(t(part)) is not None:
            return _zone_with(read(element), zone_id or "of the request")
    if not zone_id:
        return "UTC"
    raise _unknown(zone_id)


def _zone_with(rules: Rules, name: str) -> str:
    found = zone_with(rules)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> ExchangeError:
    return ExchangeError("ErrorTimeZone", f"The time zone '{name}' is not known.")


def _rules(definition: Element) -> Rules:
    """The rules of the newest group of transitions: those that hold from now on."""
    offsets = {each.get("Id", ""): -read_duration(each.get("Bias", "")) for each in child(definition, t("Periods"))}
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
        at=read_duration(text_of(child(transition, t("TimeOffset")))),
    )
