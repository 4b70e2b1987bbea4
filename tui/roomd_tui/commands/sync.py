"""`roomctl sync`: bring both sides together now."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.model import Run
from roomd_tui.commands.command import Command, Setting, Verdict
from roomd_tui.commands.views import run_text
from roomd_tui.exits import Exit


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="answer when the run has ended")


async def _ask(client: Client, args: Namespace, _setting: Setting) -> Run:
    return await client.sync(wait=args.wait)


def _tell(run: Run, setting: Setting) -> str:
    return run_text(run, setting.zone)


def _nothing_read(run: Run, _args: Namespace) -> Verdict | None:
    """A run in which no mailbox could be read has not reached Exchange; single failures are told in the run."""
    if run.mailboxes or not run.errors:
        return None
    return Verdict(Exit.EXCHANGE_AWAY, f"no mailbox could be read: {run.errors[0].message}")


COMMAND = Command(
    name="sync",
    help="bring both sides together now",
    arguments=_arguments,
    ask=_ask,
    tell=_tell,
    verdict=_nothing_read,
)
