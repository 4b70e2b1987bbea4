"""The TimeZone element of GetUserAvailability: a bias and two yearly rules, as old as Outlook."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from roomd_lab.soap.xml import Element, child, read_int, schema_violation, t, text_of

_MINUTES_OF_A_DAY = 24 * 60
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class YearlyRule:
    """When a rule begins to hold: the n-th weekday of a month (5 is the last) at a time, and its extra bias.

    A month of 0 stands for never: the clock does not change (TIME_ZONE_INFORMATION, whose form this is).
    """

    extra_bias: timedelta
    month: int
    weekday: int
    order: int
    at: timedelta

    def begins(self, year: int) -> datetime:
        """The wall time, under the other rule, at which this one begins."""
        first_weekday, days = monthrange(year, self.month)
        day = 1 + (self.weekday - first_weekday) % 7 + 7 * (self.order - 1)
        while day > days:
            day -= 7
        return datetime(year, self.month, day) + self.at  # noqa: DTZ001 - a wall time


@dataclass(frozen=True, slots=True)
class LegacyZone:
    """Wall time plus bias is UTC."""

    bias: timedelta
    standard: YearlyRule
    daylight: YearlyRule

    def to_utc(self, wall: datetime) -> datetime:
        """The instant, without zone information, of a wall time."""
        return wall + self.bias + self._rule(wall).extra_bias

    def to_wall(self, moment: datetime) -> datetime:
        """The wall time at an instant; both without zone information."""
        guess = moment - self.bias - self.standard.extra_bias
        return moment - self.bias - self._rule(guess).extra_bias

    def _rule(self, wall: datetime) -> YearlyRule:
        if not self.standard.month or not self.daylight.month:
            return self.standard
        standard, daylight = self.standard.begins(wall.year), self.daylight.begins(wall.year)
        if daylight < standard:
            return self.daylight if daylight <= wall < standard else self.standard
        return self.standard if standard <= wall < daylight else self.daylight


@dataclass(frozen=True, slots=True)
class HeaderZone:
    """The zone of a request's header, for a request without a TimeZone of its own."""

    zone: tzinfo

    def to_utc(self, wall: datetime) -> datetime:
        """The instant, without zone information, of a wall time."""
        return wall.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def to_wall(self, moment: datetime) -> datetime:
        """The wall time at an instant; both without zone information."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)


WallClock = LegacyZone | HeaderZone


def wall_clock_of(request: Element, header_zone: tzinfo) -> WallClock:
    """The zone in whose wall times availability is asked for and answered. Raises ErrorSchemaValidation."""
    element = request.find(t("TimeZone"))
    return HeaderZone(header_zone) if element is None else read_legacy_zone(element)


def read_legacy_zone(element: Element) -> LegacyZone:
    """Decode a SerializableTimeZone.

    Raises ErrorSchemaValidation.
    """
    return LegacyZone(
        bias=_bias(element),
        standard=_rule(child(element, t("StandardTime"))),
        daylight=_rule(child(element, t("DaylightTime"))),
    )


def _rule(element: Element) -> YearlyRule:
    numbers = {name: read_int(text_of(child(element, t(name)))) for name in ("DayOrder", "Month")}
    weekday = text_of(child(element, t("DayOfWeek")))
    least = 1 if numbers["Month"] else 0
    if weekday not in _DAYS or not 0 <= numbers["Month"] <= 12 or not least <= numbers["DayOrder"] <= 5:  # noqa: PLR2004
        raise schema_violation("The time zone has an impossible date.")
    return YearlyRule(
        extra_bias=_bias(element),
        month=numbers["Month"],
        weekday=_DAYS.index(weekday),
        order=numbers["DayOrder"],
        at=_clock(text_of(child(element, t("Time")))),
    )


def _bias(element: Element) -> timedelta:
    minutes = read_int(text_of(child(element, t("Bias"))))
    if abs(minutes) > _MINUTES_OF_A_DAY:
        raise schema_violation(f"A bias of {minutes} minutes is impossible.")
    return timedelta(minutes=minutes)


def _clock(text: str) -> timedelta:
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise schema_violation(f"'{text}' is no time of day.") from None
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
