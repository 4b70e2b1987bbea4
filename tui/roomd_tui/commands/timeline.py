"""`roomctl timeline`: who has which room when, on one day."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.params import TimelineQuery
from roomd_core.api.wire import Timeline, TimelineRow
from roomd_tui.cells import GAP, cell_len, cut, fill
from roomd_tui.chart import SLOT, Axis, RoomLine, blocks, runs
from roomd_tui.commands.command import Command, Setting, UsageError
from roomd_tui.moments import DAY_FORMS, Misread, clock_text, day_text, parse_day
from roomd_tui.words import MARK, OUTSIDE

LONGEST_NAME = 24
FIRST_SLOT, LAST_SLOT = 14, 40
"""From 07:00 to 20:00, more where there are bookings outside it."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--date", default="today", metavar="D", help=f"the day: {DAY_FORMS} (default: today)")
    parser.add_argument(
        "--room", action="append", default=[], metavar="R", help="only this room, by name or address; may repeat"
    )


async def _ask(client: Client, args: Namespace, setting: Setting) -> Timeline:
    try:
        day = parse_day(args.date, today=setting.now.astimezone(setting.zone).date())
    except Misread as error:
        raise UsageError(f"--date: {error}") from error
    return await client.timeline(TimelineQuery(day=day, zone=setting.zone.key, room=tuple(args.room)))


def _tell(timeline: Timeline, setting: Setting) -> str:
    label_width = max((min(cell_len(row.name), LONGEST_NAME) for row in timeline.rooms), default=0)
    axis = _axis(timeline, setting.width - label_width - len(GAP))
    day = day_text(timeline.start.astimezone(setting.zone).date())
    return "\n".join(
        [
            f"{day}  {setting.zone.key}  now {clock_text(setting.now, setting.zone)}",
            f"{fill('', label_width)}{GAP}{axis.hours(setting.zone)}".rstrip(),
            *(_line(row, axis, label_width, setting) for row in timeline.rooms),
            _legend() if timeline.rooms else "No such rooms.",
        ]
    )


def _axis(timeline: Timeline, width: int) -> Axis:
    """The day's working hours and all its bookings, as wide as the terminal allows; a slot is at least two cells."""
    spans = [span for row in timeline.rooms for span in row.occupancies]
    day_slots = -(-(timeline.end - timeline.start) // SLOT)
    starts = [(max(span.start, timeline.start) - timeline.start) // SLOT // 2 * 2 for span in spans]
    ends = [-((timeline.start - min(span.end, timeline.end)) // SLOT) for span in spans]
    first, last = min([FIRST_SLOT, *starts]), max([LAST_SLOT, *ends])
    slots = min(last, day_slots) - first
    return Axis(origin=timeline.start, first=first, slots=slots, slot_width=max(width // slots, 2))


def _line(row: TimelineRow, axis: Axis, label_width: int, setting: Setting) -> str:
    drawn = runs(blocks(row.occupancies, axis), RoomLine(axis=axis, now=setting.now, padding="="))
    label = fill(cut(row.name, label_width), label_width)
    return f"{label}{GAP}{''.join(run.text for run in drawn)}".rstrip()


def _legend() -> str:
    states = "  ".join(f"{mark} {state}" for state, mark in MARK.items())
    return f"{states}  {OUTSIDE} made in Outlook  ! double  : now"


COMMAND = Command(
    name="timeline", help="who has which room when, on one day", arguments=_arguments, ask=_ask, tell=_tell
)
