"""The hours in which somebody works, as Set-MailboxCalendarConfiguration has them."""

from dataclasses import dataclass
from datetime import datetime, time

from roomd_lab.model.zones import zone_info

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_NAMES = (*WEEKDAYS, "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """Weekdays by name, and wall times of a Windows zone."""

    days: tuple[str, ...] = WEEKDAYS
    start: time = time(8)
    end: time = time(17)
    zone: str = "UTC"

    def cover(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting begins and ends within the hours of one day. Times are aware."""
        begins, ends = (moment.astimezone(zone_info(self.zone)) for moment in (start, end))
        return (
            begins.date() == ends.date()
            and _NAMES[begins.weekday()] in self.days
            and self.start <= begins.time()
            and ends.time() <= self.end
        )


def read_working_hours(days: tuple[str, ...], start: str, end: str, zone: str) -> WorkingHours:
    """Working hours from their settings. Raises ValueError, and ErrorTimeZone for an unknown zone."""
    if unknown := set(days) - set(_NAMES):
        raise ValueError(f"no weekday is called {', '.join(sorted(unknown))}")
    zone_info(zone)
    hours = WorkingHours(days=days, start=time.fromisoformat(start), end=time.fromisoformat(end), zone=zone)
    if hours.end <= hours.start:
        raise ValueError(f"working hours from {start} to {end} end before they start")
    return hours
