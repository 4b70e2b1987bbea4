"""`roomctl cancel`: cancel an event and free its rooms."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import EventView
from roomd_tui.commands.command import Command, Setting
from roomd_tui.commands.saving import add_wait, tell_event
from roomd_tui.commands.series import SCOPES, add_scope, named


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the event's id")
    add_scope(parser)
    add_wait(parser)


async def _ask(client: Client, args: Namespace, setting: Setting) -> EventView:
    if not args.occurrence:
        return await client.cancel(args.id, scope=SCOPES[args.scope] if args.scope else None, wait=args.wait)
    meant = named(await client.event(args.id), args, setting.now.astimezone(setting.zone).date())
    return await client.cancel(args.id, scope=meant.scope, occurrence=meant.occurrence, wait=args.wait)


COMMAND = Command(
    name="cancel",
    help="cancel an event: it stays recoverable in Outlook, its rooms are free",
    arguments=_arguments,
    ask=_ask,
    tell=tell_event,
)
