"""`roomctl status`: the whole daemon at a glance."""

from argparse import Namespace

from roomd_core.api.client import Client
from roomd_core.api.wire import Health, Outbox, Status
from roomd_tui.cells import table
from roomd_tui.commands.command import Command, Setting
from roomd_tui.commands.views import run_text, since_text, throttled_text
from roomd_tui.moments import age_text, clock_text
from roomd_tui.words import HEALTH, count


async def _ask(client: Client, _args: Namespace, _setting: Setting) -> Status:
    return await client.status()


def _tell(status: Status, setting: Setting) -> str:
    zone, exchange = setting.zone, status.exchange
    facts = [
        ("roomd", f"{status.version}, up {age_text(status.now - status.started_at)}"),
        ("you", f"{status.caller}, {_acts(status)}"),
        ("Exchange", f"{HEALTH[exchange.health]}{since_text(exchange.since, zone)}, {exchange.endpoint}"),
        ("", exchange.message),
        ("", throttled_text(exchange.throttled, zone)),
        ("quarantine", status.quarantine),
        ("mailboxes", _mailboxes(status)),
        ("outbox", outbox_text(status.outbox, setting)),
        ("conflicts", f"{status.conflicts} open" if status.conflicts else "none"),
        ("audit", f"{status.findings} differ: see roomctl audit" if status.findings else ""),
        ("last sync", run_text(status.last_run, zone).replace("\n", "; ") if status.last_run else "none yet"),
        ("next sync", clock_text(status.next_run_at, zone) if status.next_run_at else "not planned"),
        *(("unread", one.notice) for one in status.mailboxes),
        *(("warning", warning) for warning in status.warnings),
    ]
    return table([fact for fact in facts if fact[1]])


def _acts(status: Status) -> str:
    if status.may_act_for_all:
        return f"acts for everybody, by default as {status.acts_as}" if status.acts_as else "acts for everybody"
    return f"acts as {status.acts_as}" if status.acts_as else "acts for nobody: you can look, not book"


def _mailboxes(status: Status) -> str:
    failing = [one.mailbox.name for one in status.mailboxes if one.health is Health.FAILING]
    return f"{len(status.mailboxes)}, failing: {', '.join(failing) or 'none'}"


def outbox_text(outbox: Outbox, setting: Setting) -> str:
    """Write what still has to reach Exchange."""
    oldest = f", the oldest waits {age_text(setting.now - outbox.oldest_at)}" if outbox.oldest_at else ""
    parts = [
        f"{outbox.queued} to send",
        f"{outbox.unknown} being looked up" if outbox.unknown else "",
        count(outbox.parked, "change given up", "changes given up") if outbox.parked else "",
    ]
    return ", ".join(part for part in parts if part) + oldest


COMMAND = Command(name="status", help="the whole daemon at a glance", ask=_ask, tell=_tell)
