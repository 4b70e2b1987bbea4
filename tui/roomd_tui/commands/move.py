"""`roomctl move`: change an event's time, rooms, people or words."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from msgspec import UNSET, UnsetType

from roomd_core.api.client import Client
from roomd_core.api.wire import EventPatch, EventView, Invitee
from roomd_tui.commands.book import end_after
from roomd_tui.commands.command import Command, Setting, UsageError
from roomd_tui.commands.people import invitees
from roomd_tui.commands.saving import add_wait, not_in_exchange, tell_event
from roomd_tui.commands.series import REPEAT_HELP, add_scope, at_occurrence, named, repeat_of
from roomd_tui.moments import LENGTH_FORMS, Misread, parse_moment

EPILOG = """\
A time alone is on the day the event starts. With --start alone the event keeps its length; with --end or --for
alone it keeps its start. --room and --attendee replace the whole list. Of a series, times are those of the
occurrence named, of the first one where none is."""


def _arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("id", metavar="ID", help="the event's id")
    add("--start", metavar="T", help="when it starts")
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--end", metavar="T", help="when it ends")
    until.add_argument("--for", dest="length", metavar="L", help=f"how long it takes: {LENGTH_FORMS}")
    add("--room", action="append", metavar="R", help="the room instead, by name or address; may repeat")
    add("--title", metavar="TEXT")
    add("--attendee", action="append", metavar="A", help="the people to invite; may repeat")
    add("--location", metavar="TEXT", help="the place in words")
    add("--body", metavar="TEXT", help="the text of the invitation")
    add("--repeat", metavar="RULE", help=REPEAT_HELP)
    add_scope(parser)
    add(
        "--drop-exceptions",
        action="store_true",
        help="agree that changed and cancelled occurrences are forgotten: Exchange does so with a new time or rule",
    )
    add_wait(parser)


async def _ask(client: Client, args: Namespace, setting: Setting) -> EventView:
    event = await client.event(args.id)
    meant = named(event, args, setting.now.astimezone(setting.zone).date())
    start, end = _times(at_occurrence(event, meant.occurrence), args, setting)
    repeat = repeat_of(args.repeat)
    patch = EventPatch(
        start=start,
        end=end,
        zone=UNSET if start is UNSET or event.recurs else setting.zone.key,
        rooms=tuple(args.room) if args.room else UNSET,
        title=_given(args.title),
        attendees=await _attendees(client, args),
        location=_given(args.location),
        body=_given(args.body),
        recurrence=UNSET if repeat is None else repeat,
    )
    if patch == EventPatch():
        raise UsageError("nothing to change: give at least one option, such as --start")
    return await client.change(
        args.id,
        patch,
        version=event.version,
        scope=meant.scope,
        occurrence=meant.occurrence,
        drop_exceptions=args.drop_exceptions,
        wait=args.wait,
    )


def _given(text: str | None) -> str | UnsetType:
    return UNSET if text is None else text


async def _attendees(client: Client, args: Namespace) -> tuple[Invitee, ...] | UnsetType:
    return await invitees(client, args.attendee) if args.attendee else UNSET


def _times(event: EventView, args: Namespace, setting: Setting) -> tuple[datetime | UnsetType, datetime | UnsetType]:
    if not (args.start or args.end or args.length):
        return UNSET, UNSET
    start = _start(event, args, setting)
    end = end_after(start, args, setting, otherwise=event.end - event.start)
    return (start if args.start else UNSET), end


def _start(event: EventView, args: Namespace, setting: Setting) -> datetime:
    if not args.start:
        return event.start
    day = event.start.astimezone(setting.zone).date()
    try:
        return parse_moment(args.start, now=setting.now, zone=setting.zone, day=day)
    except Misread as error:
        raise UsageError(f"--start: {error}") from error


COMMAND = Command(
    name="move",
    help="change an event's time, rooms, people or words",
    epilog=EPILOG,
    arguments=_arguments,
    ask=_ask,
    tell=tell_event,
    verdict=not_in_exchange,
)
