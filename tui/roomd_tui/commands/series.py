"""What the commands have in common about series: how one recurs, and which of its occurrences are meant."""

from argparse import ArgumentParser, Namespace
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from roomd_core.api.wire import EventView, OccurrenceView, Repeat, Scope
from roomd_core.recurrence import RULE_FORMS, NotARule, read_rule
from roomd_core.zones import zone_of
from roomd_tui.commands.command import UsageError
from roomd_tui.moments import Misread, parse_day

SCOPES = {"this": Scope.THIS, "following": Scope.FOLLOWING, "all": Scope.ALL}
REPEAT_HELP = f"how it recurs: {RULE_FORMS}"


class Named(Struct, frozen=True, kw_only=True):
    """Which occurrences of a series are meant; nothing of a single event."""

    scope: Scope | None = None
    occurrence: datetime | None = None


def add_scope(parser: ArgumentParser) -> None:
    """Add ``--scope`` and ``--occurrence``."""
    parser.add_argument("--scope", choices=SCOPES, help="of a series: this one, this and the following, or all")
    parser.add_argument("--occurrence", metavar="D", help="which one: its day by the rule, as `show` lists it")


def repeat_of(text: str | None) -> Repeat | None:
    """Read ``--repeat``."""
    if text is None:
        return None
    try:
        pattern, extent = read_rule(text)
    except NotARule as error:
        raise UsageError(f"--repeat: {error}") from error
    return Repeat(pattern=pattern, range=extent)


def named(event: EventView, args: Namespace, today: date) -> Named:
    """Return which occurrences are meant. The day is one of the series' own zone."""
    scope = SCOPES[args.scope] if args.scope else None
    if not args.occurrence:
        return Named(scope=scope)
    try:
        day = parse_day(args.occurrence, today=today)
    except Misread as error:
        raise UsageError(f"--occurrence: {error}") from error
    return Named(scope=scope, occurrence=_original_start(event, day))


def at_occurrence(event: EventView, occurrence: datetime | None) -> EventView:
    """Return an event with the times of the occurrence named, as far as they are known."""
    found = next((each for each in event.occurrences if each.original_start == occurrence), None)
    if found is None and occurrence is not None:
        found = OccurrenceView(
            original_start=occurrence, start=occurrence, end=occurrence + (event.end - event.start)
        )
    return replace(event, start=found.start, end=found.end) if found else event


def _original_start(event: EventView, day: date) -> datetime:
    clocks = zone_of(event.zone)
    known = (each.original_start for each in event.occurrences)
    usual = datetime.combine(day, event.start.astimezone(clocks).time(), clocks)
    return next((each for each in known if each.astimezone(clocks).date() == day), usual)
