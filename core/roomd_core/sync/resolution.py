"""Carrying a person's decision to the store: checked, recorded, and what it writes queued, in one transaction."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from roomd_core.errors import NotFound
from roomd_core.model import Conflict, ConflictKind, EventStatus, OperationState, Side
from roomd_core.store import Tables
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.conclude import conclude
from roomd_core.sync.doubles import remember as remember_double
from roomd_core.sync.drift import is_stale
from roomd_core.sync.ledger import Ledger
from roomd_core.sync.loading import load_case
from roomd_core.sync.loss_guard import believe
from roomd_core.sync.observe import done
from roomd_core.sync.releasing import remember as remember_release
from roomd_core.sync.resolve import outdated, refuse_outdated, resolve
from roomd_core.sync.writing import write

Check = Callable[[Tables], Awaitable[None]]
"""A last look in the transaction that writes; it raises Refused."""


async def carry_out(
    ledger: Ledger, conflict_id: str, keep: Side, *, actor: str, check: Check | None = None
) -> Conflict:
    """Decide a conflict and return it as decided.

    Raise NotFound, VersionMismatch if it changed meanwhile, or what ``check`` raises.
    """
    setting = await ledger.setting()
    async with ledger.store.write() as tables:
        conflict = await _find(tables, conflict_id)
        if check is not None:
            await check(tables)
        if conflict.event is None:
            await believe(tables, conflict, keep, setting, actor=actor)
            return await _find(tables, conflict_id)
        before = await _load(tables, conflict.event)
        newer = outdated(before, conflict, keep)
        if newer is None:
            case = resolve(before, conflict, keep, setting, actor=actor)
            revision = conclude(before, case, setting, actor=actor)
            await write(tables, [revision, *await _given_up_with_it(tables, revision, setting, actor)], setting)
            if conflict.kind is ConflictKind.DUPLICATE and keep is Side.LOCAL:
                await remember_double(tables, conflict.event)
            if conflict.kind is ConflictKind.DRIFT and keep is Side.LOCAL and is_stale(conflict):
                await remember_release(tables, conflict.event, conflict.room or "")
        else:
            await tables.conflicts.put(newer)
        decided = await _find(tables, conflict_id)
    if newer is not None:
        raise refuse_outdated(before.event.content.title)
    return decided


async def _given_up_with_it(tables: Tables, revision: Revision, setting: Setting, actor: str) -> list[Revision]:
    """Cancel the series that was to follow one whose end Exchange refused and a person gave up.

    Otherwise the same occurrences would be there twice.
    """
    case = revision.after
    if case.cancelled or case.edited or revision.before is None:
        return []
    parked = [each.id for each in revision.before.parked]
    dropped = [each.id for each in case.operations if each.id in parked and each.state is OperationState.DONE]
    given_up: list[Revision] = []
    for operation in await tables.operations.waiting_for(dropped):
        if before := await load_case(tables, operation.event):
            event = replace(before.event, status=EventStatus.CANCELLED)
            after = before.with_event(event).with_operation(done(operation, because="what it follows was given up"))
            given_up.append(conclude(before, after, setting, actor=actor))
    return given_up


async def _find(tables: Tables, conflict_id: str) -> Conflict:
    conflict = await tables.conflicts.get(conflict_id)
    if conflict is None:
        raise NotFound(f"There is no conflict {conflict_id}. List the open ones and use the id shown there.")
    return conflict


async def _load(tables: Tables, event: str) -> Case:
    case = await load_case(tables, event)
    assert case is not None, "a conflict's event is never forgotten"
    return case
