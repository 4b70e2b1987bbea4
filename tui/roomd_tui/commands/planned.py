"""A plan in words: each write, and under it everybody it would mail."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from roomd_core.api.wire import EventView, Plan
from roomd_core.model import PlannedWrite
from roomd_tui.cells import printable, wrap
from roomd_tui.commands.command import Setting
from roomd_tui.moments import clock_text, span_text
from roomd_tui.words import count

_INDENT = "    "


def plan_text(plan: Plan, setting: Setting) -> str:
    """Write a plan: a paragraph for each write, and how much it is in all."""
    events = {event.id: event for event in plan.events}
    told = [write_text(write, events[write.event], setting.zone, setting.width) for write in plan.writes]
    return "\n".join([*told, _sum(plan)])


def write_text(write: PlannedWrite, event: EventView, zone: ZoneInfo, width: int) -> str:
    """Write one planned write: what to which event as whom, whom it mails, and what may keep it from happening."""
    when = span_text(event.start, event.end, zone)
    head = f"{write.kind:<8}{event.title}, {when}, as {write.mailbox}"
    lines = (line for fact in _facts(write, zone) for line in wrap(fact, width - len(_INDENT)))
    return "\n".join([printable(head), *(_INDENT + line for line in lines)])


def _facts(write: PlannedWrite, zone: ZoneInfo) -> Iterator[str]:
    if write.units:
        yield f"changes {', '.join(write.units).replace('_', ' ')}"
    yield f"mails {', '.join(write.mails) or 'nobody'}"
    if write.unless:
        yield f"unless {write.unless}"
    if write.not_before:
        yield f"not before {clock_text(write.not_before, zone)}"
    if write.waiting:
        yield f"waiting {write.waiting}" if write.waiting.startswith("for ") else f"waiting: {write.waiting}"


def _sum(plan: Plan) -> str:
    if not plan.writes:
        return "Nothing waits to be written to Exchange."
    mailed = {address for write in plan.writes for address in write.mails}
    writes = count(len(plan.writes), "write")
    return f"{writes}, mail to {count(len(mailed), 'address', 'addresses')}. Nothing was written."
