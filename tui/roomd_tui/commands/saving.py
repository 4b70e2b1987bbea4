"""What the commands that change an event have in common."""

from argparse import ArgumentParser, Namespace

from roomd_core.api.wire import EventState, EventView
from roomd_tui.commands.command import Setting, Verdict
from roomd_tui.commands.views import event_text
from roomd_tui.exits import Exit

WAIT_SECONDS = 60


def add_wait(parser: ArgumentParser) -> None:
    """Add ``--wait``."""
    parser.add_argument(
        "--wait", action="store_true", help=f"answer when Exchange has it, at the latest after {WAIT_SECONDS} s"
    )


def tell_event(event: EventView, setting: Setting) -> str:
    """Write the event as it stands."""
    return event_text(event, setting.zone, setting.now)


def not_in_exchange(event: EventView, args: Namespace) -> Verdict | None:
    """Find out whether Exchange refused what was saved here, or, with ``--wait``, does not have it in time."""
    if event.state is EventState.REFUSED:
        return Verdict(Exit.REFUSED, event.note or "Exchange refused it: see `roomctl conflicts`")
    if args.wait and event.state in {EventState.PENDING, EventState.UNKNOWN}:
        return Verdict(Exit.EXCHANGE_AWAY, "saved here, but Exchange does not have it yet: roomd goes on trying")
    return None
