"""`roomctl book`: book one or more rooms."""

from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from uuid import uuid4

from roomd_core.api.client import Client
from roomd_core.api.wire import Booking, EventView
from roomd_tui.commands.command import Command, Setting, UsageError
from roomd_tui.commands.people import addresses, invitees
from roomd_tui.commands.saving import add_wait, not_in_exchange, tell_event
from roomd_tui.commands.series import REPEAT_HELP, repeat_of
from roomd_tui.moments import LENGTH_FORMS, TIME_FORMS, Misread, parse_end, parse_length, parse_moment

EPILOG = f"""\
times: {TIME_FORMS}; without an offset they are in your own zone.
--end also takes a time on the day of the start, or +45m.
example: roomctl book --room 2楼广寒宫 --start "tomorrow 9:30" --for 45m --title Budget
         roomctl book --room Garden --start "tomorrow 9:30" --for 1h --title Weekly --repeat "every Tuesday, 10 times"
"""


def _arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--room", action="append", required=True, metavar="R", help="a room, by name or address; may repeat")
    add("--start", required=True, metavar="T", help="when it starts")
    until = parser.add_mutually_exclusive_group(required=True)
    until.add_argument("--end", metavar="T", help="when it ends")
    until.add_argument("--for", dest="length", metavar="L", help=f"how long it takes: {LENGTH_FORMS}")
    add("--title", required=True, metavar="TEXT")
    add("--as", dest="organizer", metavar="PERSON", help="who invites, by name or address (default: you)")
    add("--attendee", action="append", default=[], metavar="A", help="a person to invite; may repeat")
    add("--location", default="", metavar="TEXT", help="the place in words (Outlook shows the rooms when empty)")
    add("--body", default="", metavar="TEXT", help="the text of the invitation")
    add("--repeat", metavar="RULE", help=REPEAT_HELP)
    add("--private", action="store_true", help="others see only that the room is taken")
    add_wait(parser)


async def _ask(client: Client, args: Namespace, setting: Setting) -> EventView:
    start, end = _times(args, setting)
    organizer = await addresses(client, [args.organizer]) if args.organizer else [None]
    booking = Booking(
        rooms=tuple(args.room),
        start=start,
        end=end,
        zone=setting.zone.key,
        title=args.title,
        organizer=organizer[0],
        attendees=await invitees(client, args.attendee),
        location=args.location,
        body=args.body,
        private=args.private,
        recurrence=repeat_of(args.repeat),
    )
    return await client.book(booking, wait=args.wait, idempotency_key=str(uuid4()))


def _times(args: Namespace, setting: Setting) -> tuple[datetime, datetime]:
    try:
        start = parse_moment(args.start, now=setting.now, zone=setting.zone)
    except Misread as error:
        raise UsageError(f"--start: {error}") from error
    return start, end_after(start, args, setting)


def end_after(start: datetime, args: Namespace, setting: Setting, *, otherwise: timedelta = timedelta()) -> datetime:
    """Read ``--end`` or ``--for``; without either the end is ``otherwise`` after the start."""
    option = "--for" if args.length else "--end"
    try:
        if args.length:
            return start + parse_length(args.length)
        return parse_end(args.end, start=start, zone=setting.zone) if args.end else start + otherwise
    except Misread as error:
        raise UsageError(f"{option}: {error}") from error


COMMAND = Command(
    name="book",
    help="book one or more rooms",
    epilog=EPILOG,
    arguments=_arguments,
    ask=_ask,
    tell=tell_event,
    verdict=not_in_exchange,
)
