"""`roomctl release`: end the quarantine of a store that was copied or put back."""

from argparse import Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Status
from roomd_tui.commands import status
from roomd_tui.commands.command import Command, Setting


async def _ask(client: Client, _args: Namespace, _setting: Setting) -> Status:
    return await client.release()


COMMAND = Command(
    name="release",
    help="end the quarantine of a store that was copied or put back from a backup",
    ask=_ask,
    tell=status.COMMAND.tell,
)
