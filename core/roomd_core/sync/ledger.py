"""The ledger: the only door through which the engine's decisions reach the store."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from roomd_core.clock import Clock
from roomd_core.errors import NotFound
from roomd_core.ids import new_id
from roomd_core.merge import ASK_ALWAYS, Policy
from roomd_core.model import EXCHANGE, Mailbox
from roomd_core.store import Store, Tables
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.conclude import conclude
from roomd_core.sync.loading import load_case, load_cases
from roomd_core.sync.observe import absorb
from roomd_core.sync.window import Window
from roomd_core.sync.writing import write

Decision = Callable[[Case, Setting], Case]


class Ledger:
    """Cases as they are stored. A decision is always made on what the writing transaction itself has read."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        window: Window,
        *,
        patience: timedelta,
        policy: Mapping[str, Policy] = ASK_ALWAYS,
    ) -> None:
        self.store = store
        self.clock = clock
        self._window = window
        self._patience = patience
        self._policy = policy
        self._mailboxes: dict[str, Mailbox] = {}

    async def list_mailboxes(self) -> dict[str, Mailbox]:
        """Read which mailboxes are listed; whoever changes that says so (``SyncEngine.relist``)."""
        async with self.store.read() as tables:
            self._mailboxes = {mailbox.address: mailbox for mailbox in await tables.mailboxes.all()}
        return self._mailboxes

    async def setting(self) -> Setting:
        """Return what decisions depend on, as it is now."""
        mailboxes = self._mailboxes or await self.list_mailboxes()
        return Setting(
            mailboxes=mailboxes,
            now=self.clock.now(),
            window=self._window,
            new_id=new_id,
            patience=self._patience,
            policy=self._policy,
            installation=self.store.fence.installation,
        )

    async def case(self, event: str) -> Case:
        """Load everything about one event. Raise NotFound."""
        async with self.store.read() as tables:
            return _found(await load_case(tables, event), event)

    async def cases(self, events: Iterable[str]) -> list[Case]:
        """Load everything about these events."""
        async with self.store.read() as tables:
            return await load_cases(tables, events)

    async def revise(self, event: str, decide: Decision, *, actor: str = EXCHANGE) -> Revision:
        """Decide about a case and store what became of it, in one transaction. Raise NotFound."""
        setting = await self.setting()
        async with self.store.write() as tables:
            before = _found(await load_case(tables, event), event)
            after, emptied = await _with_twin(tables, before, decide(before, setting), setting)
            revision = conclude(before, after, setting, actor=actor)
            others = [conclude(twin, empty, setting) for twin, empty in emptied]
            await write(tables, [*others, revision], setting)
        return revision


async def _with_twin(
    tables: Tables, before: Case, after: Case, setting: Setting
) -> tuple[Case, list[tuple[Case, Case]]]:
    """Take over the copies of another event that turns out to be the same meeting; return it as it was and is."""
    global_id = after.event.global_id
    if global_id is None or global_id == before.event.global_id:
        return after, []
    events = [event.id for event in (await tables.events.by_global_id([global_id])).values()]
    emptied = []
    for twin in await load_cases(tables, [event for event in events if event != after.event.id]):
        after, empty = absorb(after, twin, setting)
        emptied.append((twin, empty))
    return after, emptied


def _found(case: Case | None, event: str) -> Case:
    if case is None:
        raise NotFound(f"There is no event {event}.")
    return case
