"""`roomctl rooms`: the rooms, and how well each is known."""

from argparse import Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Mailboxes
from roomd_tui.cells import table
from roomd_tui.commands.command import Command, Setting
from roomd_tui.commands.views import mailbox_rows


async def _ask(client: Client, _args: Namespace, _setting: Setting) -> Mailboxes:
    return await client.rooms()


def _tell(rooms: Mailboxes, setting: Setting) -> str:
    return table(mailbox_rows(rooms.mailboxes, setting.now)) if rooms.mailboxes else "No rooms are configured."


COMMAND = Command(name="rooms", help="the rooms, and how well each is known", ask=_ask, tell=_tell)
