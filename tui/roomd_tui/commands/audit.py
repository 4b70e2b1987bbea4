"""`roomctl audit`: where Exchange's own calendar view shows something else than roomd does."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Audit
from roomd_core.model import AuditedMailbox, Finding, PassedOver, Side
from roomd_tui.cells import printable, table
from roomd_tui.commands.command import Command, Setting
from roomd_tui.moments import moment_text, span_text

_SHOWN_BY = {Side.EXCHANGE: "only Exchange shows", Side.LOCAL: "only roomd shows"}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("mailbox", nargs="*", help="a room or person by address; by default all")
    parser.add_argument("--now", action="store_true", help="compare now, instead of telling what was found last")


async def _ask(client: Client, args: Namespace, _setting: Setting) -> Audit:
    return await (client.audit if args.now else client.audits)(*args.mailbox)


def _tell(audit: Audit, setting: Setting) -> str:
    rows = [(each.address, _when(each, setting), _result(each)) for each in audit.mailboxes]
    found = [_line(finding, setting) for each in audit.mailboxes for finding in each.findings]
    left_out = [_left_out(entry) for each in audit.mailboxes for entry in each.passed_over]
    return "\n".join([table(rows), *found, *left_out])


def _when(audited: AuditedMailbox, setting: Setting) -> str:
    return f"compared {moment_text(audited.audited_at, setting.zone)}" if audited.audited_at else "not compared yet"


def _result(audited: AuditedMailbox) -> str:
    if audited.audited_at is None:
        return ""
    result = f"{len(audited.findings)} differ" if audited.findings else "no difference"
    return f"{result}, {len(audited.passed_over)} cannot be read" if audited.passed_over else result


def _line(finding: Finding, setting: Setting) -> str:
    when = span_text(finding.start, finding.end, setting.zone)
    event = f"  {finding.event}" if finding.event else ""
    return printable(f"{_SHOWN_BY[finding.shown_by]}: {finding.mailbox}  {when}  {finding.title}{event}")


def _left_out(entry: PassedOver) -> str:
    """Tell what was compared with nothing."""
    event = f"  {entry.event}" if entry.event else ""
    return printable(f"Exchange's entry cannot be read: {entry.mailbox}  {entry.title}  ({entry.reason}){event}")


COMMAND = Command(
    name="audit",
    help="where Exchange's own calendar view shows something else",
    arguments=_arguments,
    ask=_ask,
    tell=_tell,
)
