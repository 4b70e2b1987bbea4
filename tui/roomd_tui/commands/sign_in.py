"""`roomctl sign-in`: say that the service account was mended, so that Exchange is tried again at once."""

from argparse import Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Health, Status
from roomd_tui.commands import status
from roomd_tui.commands.command import Command, Setting, Verdict
from roomd_tui.exits import Exit


async def _ask(client: Client, _args: Namespace, _setting: Setting) -> Status:
    return await client.sign_in()


def _still_away(answer: Status, _args: Namespace) -> Verdict | None:
    if answer.exchange.health is Health.FAILING:
        return Verdict(Exit.EXCHANGE_AWAY, answer.exchange.message)
    return None


COMMAND = Command(
    name="sign-in",
    help="say that the service account was mended: Exchange is tried again now",
    ask=_ask,
    tell=status.COMMAND.tell,
    verdict=_still_away,
)
