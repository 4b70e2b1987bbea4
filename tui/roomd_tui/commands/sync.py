"""`roomctl sync`: bring both sides together now, or say beforehand what that would write."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Plan
from roomd_core.model import Run
from roomd_tui.commands.command import Command, Setting, Verdict
from roomd_tui.commands.planned import plan_text
from roomd_tui.commands.views import run_text
from roomd_tui.exits import Exit


def _arguments(parser: ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--wait", action="store_true", help="answer when the run has ended")
    how.add_argument(
        "--dry-run", action="store_true", help="read Exchange, then list every write and everybody it would mail"
    )


async def _ask(client: Client, args: Namespace, _setting: Setting) -> Run | Plan:
    return await client.plan(read=True) if args.dry_run else await client.sync(wait=args.wait)


def _tell(answer: Run | Plan, setting: Setting) -> str:
    return plan_text(answer, setting) if isinstance(answer, Plan) else run_text(answer, setting.zone)


def _nothing_read(answer: Run | Plan, _args: Namespace) -> Verdict | None:
    """A run in which no mailbox could be read has not reached Exchange; single failures are told in the run."""
    if isinstance(answer, Plan):
        return Verdict(Exit.EXCHANGE_AWAY, f"nothing is sent now: {answer.held}") if answer.held else None
    if answer.mailboxes or not answer.errors:
        return None
    return Verdict(Exit.EXCHANGE_AWAY, f"no mailbox could be read: {answer.errors[0].message}")


COMMAND = Command(
    name="sync",
    help="bring both sides together now",
    arguments=_arguments,
    ask=_ask,
    tell=_tell,
    verdict=_nothing_read,
)
