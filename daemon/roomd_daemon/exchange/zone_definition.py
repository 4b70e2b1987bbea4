"""Zones that an item defines itself, because the program that made it knew no Windows name for them.

Such an item carries periods and the rules by which one follows the other (EWS TimeZoneDefinition), under an id like
``tzone://Microsoft/Custom``. Most are zones everybody knows: the name of one whose clocks do the same is taken. For
the rest the rule itself is kept, so that no occurrence is an hour off.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from exchangelib.winzone import IANA_TO_MS_TIMEZONE_MAP, MS_TIMEZONE_TO_IANA_MAP
from msgspec import Struct

from roomd_core.zones import same_clocks, zone_of
from roomd_daemon.exchange.soap import TYPES, Element

_PERIODS, _GROUPS, _TRANSITIONS = TYPES + "Periods", TYPES + "TransitionsGroups", TYPES + "Transitions"
_ON_A_WEEKDAY, _ON_A_DATE = TYPES + "RecurringDayTransition", TYPES + "RecurringDateTransition"
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LAST = 5
_BOTH_WAYS = 2


class Change(Struct, frozen=True, kw_only=True):
    """When in a year clocks are set to ``offset`` from UTC: at ``at`` of the day, as they show it before.

    ``day`` is written as in a zone rule: ``M3.5.0`` for the last Sunday of March, ``J91`` for 1 April.
    """

    day: str
    at: timedelta
    offset: timedelta


class Rules(Struct, frozen=True, kw_only=True):
    """How clocks go in one year as in every other: always ``standard``, or with two changes."""

    standard: timedelta
    changes: tuple[Change, ...] = ()


def defined_zone(definition: Element) -> str | None:
    """Return the name or the rule of a zone an element spells out; None if it does not, or not in a usable way."""
    try:
        rules = read_rules(definition)
        return None if rules is None else _zone_like(rules)
    except (LookupError, TypeError, ValueError):
        return None


def read_rules(definition: Element) -> Rules | None:
    """Read the rules that hold from now on: those of the group of transitions that comes last."""
    periods, groups = definition.find(_PERIODS), definition.find(_GROUPS)
    if periods is None or groups is None:
        return None
    offsets = {period.get("Id"): -_duration(period.get("Bias", "")) for period in periods}
    group = _newest(definition, groups)
    changes = tuple(_changes(group, offsets))
    if len(changes) != _BOTH_WAYS:
        return Rules(standard=offsets[group[0].findtext(TYPES + "To")])
    return Rules(standard=min(change.offset for change in changes), changes=changes)


def rule_of(rules: Rules) -> str:
    """Write rules as RFC 9636 does. Offsets have the other sign there: they say what to add to get to UTC."""
    if not rules.changes:
        return _named(rules.standard)
    summer, winter = sorted(rules.changes, key=lambda change: change.offset, reverse=True)
    clocks = _named(winter.offset) + _named(summer.offset)
    return ",".join((clocks, *(f"{change.day}/{_clock(change.at)}" for change in (summer, winter))))


@lru_cache(maxsize=256)
def _zone_like(rules: Rules) -> str:
    """Return the name of a zone whose clocks do the same in the coming years, else the rule itself."""
    rule = rule_of(rules)
    if not rules.changes:
        return _fixed(rules.standard) or rule
    year = datetime.now(UTC).year
    return next((name for name in _candidates() if same_clocks(name, rule, year)), rule)


def _fixed(offset: timedelta) -> str | None:
    """Return the name of a clock that is never set, where there is one: the database counts those the other way."""
    hours, rest = divmod(offset, timedelta(hours=1))
    name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return name if not rest and zone_of(name).utcoffset(None) == offset else None


def _candidates() -> list[str]:
    """The zones Windows knows, those first that stand for the most places: of equal clocks the best known."""
    places = Counter(windows_id for windows_id, _ in IANA_TO_MS_TIMEZONE_MAP.values())
    known = sorted(MS_TIMEZONE_TO_IANA_MAP.items(), key=lambda each: -places[each[0]])
    return [str(name) for _, name in known]


def _newest(definition: Element, groups: Element) -> Element:
    transitions = definition.find(_TRANSITIONS)
    if transitions is None or not len(transitions):
        return groups[-1]
    wanted = transitions[-1].findtext(TYPES + "To")
    return next(group for group in groups if group.get("Id") == wanted)


def _changes(group: Element, offsets: dict[str | None, timedelta]) -> Iterator[Change]:
    for transition in group:
        if transition.tag in (_ON_A_WEEKDAY, _ON_A_DATE):
            yield Change(
                day=_day(transition),
                at=_duration(transition.findtext(TYPES + "TimeOffset") or ""),
                offset=offsets[transition.findtext(TYPES + "To")],
            )


def _day(transition: Element) -> str:
    month = int(transition.findtext(TYPES + "Month") or "")
    if transition.tag == _ON_A_DATE:
        return f"J{_DAYS_BEFORE[month - 1] + int(transition.findtext(TYPES + 'Day') or '')}"
    week = int(transition.findtext(TYPES + "Occurrence") or "")
    weekday = _WEEKDAYS.index(transition.findtext(TYPES + "DayOfWeek") or "")
    return f"M{month}.{_LAST if week < 0 else week}.{weekday}"


def _duration(text: str) -> timedelta:
    matched = _DURATION.fullmatch(text.strip())
    if matched is None:
        raise ValueError(text)
    sign, *parts = matched.groups()
    days, hours, minutes, seconds = (int(part or 0) for part in parts)
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign else length


def _named(offset: timedelta) -> str:
    """Write a period: it is called by its offset, ``<+0530>``."""
    minutes = round(offset / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    name = f"{sign}{hours:02}{rest:02}" if rest else f"{sign}{hours:02}"
    return f"<{name}>{_clock(-offset)}"


def _clock(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{hours}:{rest:02}" if rest else f"{sign}{hours}"
