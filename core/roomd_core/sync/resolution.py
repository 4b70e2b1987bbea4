"""Carrying a person's decision to the store: checked, recorded, and what it writes queued, in one transaction."""

from roomd_core.errors import NotFound
from roomd_core.model import Conflict, Side
from roomd_core.store import Tables
from roomd_core.sync.case import Case
from roomd_core.sync.conclude import conclude
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_case
from roomd_core.sync.resolve import outdated, refuse_outdated, resolve
from roomd_core.sync.writing import write


async def carry_out(ledger: Ledger, conflict_id: str, keep: Side, *, actor: str) -> Conflict:
    """Decide a conflict and return it as decided. Raise NotFound, or VersionMismatch if it changed meanwhile."""
    setting = await ledger.setting()
    async with ledger.store.write() as tables:
        before, conflict = await _load(tables, conflict_id)
        newer = outdated(before, conflict, keep)
        if newer is None:
            case = resolve(before, conflict, keep, setting, actor=actor)
            revision = conclude(before, case, setting, actor=actor)
            await write(tables, [revision], setting)
        else:
            await tables.conflicts.put(newer)
        decided = await tables.conflicts.get(conflict_id)
    if newer is not None or decided is None:
        raise refuse_outdated(before.event.content.title)
    return decided


async def _load(tables: Tables, conflict_id: str) -> tuple[Case, Conflict]:
    conflict = await tables.conflicts.get(conflict_id)
    case = await load_case(tables, conflict.event) if conflict else None
    if conflict is None or case is None:
        raise NotFound(f"There is no conflict {conflict_id}. List the open ones and use the id shown there.")
    return case, conflict
