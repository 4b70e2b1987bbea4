"""How well each mailbox is known, what is on its way, and what the last run did."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from textual.widget import Widget
from textual.widgets import Static

from roomd_core.api.wire import Health, MailboxStatus, Status
from roomd_tui import actions
from roomd_tui.actions import bindings
from roomd_tui.commands.views import run_text, throttled_text
from roomd_tui.moments import age_text, clock_text
from roomd_tui.screens.acting import Session
from roomd_tui.screens.listing import ListingScreen
from roomd_tui.state import Board, summary
from roomd_tui.widgets.listing import Column, Entry, Listing
from roomd_tui.words import HEALTH, WATCH, count

COLUMNS = (Column("Mailbox", 18), Column("Last read", 9), Column("Age", 7), Column("Health", 13), Column("Error", 0))
TONES = {Health.OK: "normal", Health.UNTRIED: "warning", Health.FAILING: "error"}


class SyncScreen(ListingScreen):
    """Every mailbox in a line; below, all of what is known of the one under the cursor."""

    ACTIONS = (
        actions.SYNC_NOW, actions.SHOW_WAITING, actions.SHOW_CONFLICTS, actions.HELP, actions.BACK, *actions.LISTING,
    )  # fmt: skip
    BINDINGS = bindings(ACTIONS)

    def __init__(self, session: Session, board: Board) -> None:
        self.listing = Listing(COLUMNS, empty="No mailbox is known yet.")
        super().__init__(session, board)
        self._facts = Static("", markup=False, classes="facts")
        self._chosen = Static("", markup=False, classes="chosen")

    def body(self) -> Iterable[Widget]:
        """Make the facts, the list, and what is known of one mailbox."""
        return (self._facts, self.listing, self._chosen)

    def show(self) -> None:
        """Show the status as it is known now."""
        super().show()
        now, zone, status = self.session.clock.now(), self.session.zone, self.board.status
        self.title_line.show(f"Sync  as of {now.astimezone(zone):%H:%M:%S} {zone.key}", summary(self.board))
        if status:
            self._facts.update(facts_text(status, now, zone))
            self.listing.show([entry(one, now, zone) for one in status.mailboxes])
        self.show_chosen()

    def show_chosen(self) -> None:
        """Show all of what is known of the mailbox under the cursor."""
        known = self.board.status.mailboxes if self.board.status else ()
        chosen = next((one for one in known if one.mailbox.address == self.listing.key), None)
        self._chosen.update(chosen_text(chosen) if chosen else "")

    def do_sync_now(self) -> None:
        """Begin a run; the stream tells when it has ended."""
        self.attempt(self._sync)

    async def _sync(self) -> None:
        run = await self.session.client.sync()
        self.notify(run_text(run, self.session.zone).partition("\n")[0], markup=False)


def facts_text(status: Status, now: datetime, zone: ZoneInfo) -> str:
    """Write how Exchange stands, what waits in the outbox, and the runs before and to come."""
    exchange, outbox = status.exchange, status.outbox
    oldest = f", the oldest for {age_text(now - outbox.oldest_at)}" if outbox.oldest_at else ""
    waiting = f"{outbox.queued} to send{oldest}, {outbox.unknown} being looked up, {outbox.parked} given up"
    last = run_text(status.last_run, zone).partition("\n")[0] if status.last_run else "none yet"
    following = f"at {clock_text(status.next_run_at, zone)}" if status.next_run_at else "not planned"
    return "\n".join(
        [
            f"Exchange  {HEALTH[exchange.health]}  {exchange.endpoint}  {exchange.message}".rstrip(),
            *(f"Pace      {slower}" for slower in (throttled_text(exchange.throttled, zone),) if slower),
            f"Outbox    {waiting}",
            f"Last      {last}",
            f"Next      {'a run is under way' if status.syncing else following}",
            *(f"Warning   {warning}" for warning in status.warnings),
        ]
    )


def entry(status: MailboxStatus, now: datetime, zone: ZoneInfo) -> Entry:
    """Write a mailbox as a line."""
    fresh = status.freshness
    read = (
        (f"{fresh.read_at.astimezone(zone):%H:%M:%S}", age_text(now - fresh.read_at))
        if fresh.read_at
        else ("never", "")
    )
    cells = (status.mailbox.name, *read, HEALTH[status.health], fresh.error or status.notice)
    return Entry(key=status.mailbox.address, cells=cells, tone=TONES[status.health])


def chosen_text(status: MailboxStatus) -> str:
    """Write all of what is known of a mailbox."""
    box = status.mailbox
    kind = (
        f"{box.kind}, answers: {box.answers}"
        if box.kind == "room"
        else f"{box.kind}, {box.unix_user or 'no Unix user'}"
    )
    seats = f", {count(box.capacity, 'seat')}" if box.capacity else ""
    watched = ": ".join(filter(None, (WATCH[status.watch.means], status.watch.reason)))
    return f"{box.name} <{box.address}>  {kind}{seats}\n{status.freshness.error or status.notice or watched}"
