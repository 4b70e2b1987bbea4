"""`roomctl conflicts`: what a person should decide."""

from argparse import ArgumentParser, Namespace
from zoneinfo import ZoneInfo

from roomd_core.api.client import Client
from roomd_core.api.wire import Conflicts, ConflictView
from roomd_core.model import Side
from roomd_tui.cells import printable, table
from roomd_tui.commands.command import Command, Setting
from roomd_tui.comparison import compared
from roomd_tui.decisions import alternative_texts, choice_text, missing_lines, who_text
from roomd_tui.moments import moment_text


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also what was decided")


async def _ask(client: Client, args: Namespace, _setting: Setting) -> Conflicts:
    return await client.conflicts(all=args.all)


def _tell(conflicts: Conflicts, setting: Setting) -> str:
    told = [conflict_text(conflict, setting.zone) for conflict in conflicts.conflicts]
    return "\n\n".join(told) or "No conflicts."


def conflict_text(conflict: ConflictView, zone: ZoneInfo) -> str:
    """Write a conflict: what differs, side by side, and what each choice does."""
    head = f"{conflict.id}  {conflict.kind}  {moment_text(conflict.opened_at, zone)}\n{printable(conflict.summary)}"
    who = [printable(text)] if (text := who_text(conflict)) else []
    lines = [("", "last agreed", "Exchange", "local")]
    lines += [(unit.name, unit.base, unit.remote, unit.local) for unit in compared(conflict, zone) if unit.differs]
    units = [table(lines)] if len(lines) > 1 else []
    missing = [printable(line) for line in missing_lines(conflict, zone)]
    return "\n".join([head, *who, *units, *missing, _decision(conflict, zone)])


def _decision(conflict: ConflictView, zone: ZoneInfo) -> str:
    if conflict.resolved_at:
        kept = f"kept {conflict.kept}" if conflict.kept else "settled"
        return f"{kept} by {conflict.resolved_by} at {moment_text(conflict.resolved_at, zone)}"
    choices = [f"--keep {side}: {choice_text(conflict, side)}" for side in Side if side in conflict.choices]
    rooms = [f"--room {text}" for text in alternative_texts(conflict)]
    return "\n".join(printable(line) for line in (*choices, *rooms))


COMMAND = Command(name="conflicts", help="what a person should decide", arguments=_arguments, ask=_ask, tell=_tell)
