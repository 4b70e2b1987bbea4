"""An event is found by every name it goes by, whichever of them is indexed."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.store.samples import SetClock, event
from roomd_core.store import Store, Tables
from roomd_core.store.events import _NAMED

global_ids = st.sampled_from([b"\x0a", b"\x0b", b"\xfa\xce"])
uids = st.sampled_from(["0A", "0a", "0B", "FACE", "Face", "İ@example.com", "uid"])
"""Exchange's own UID is the global id in capitals: here it is that, or looks like it, or is another's."""
keys = st.sampled_from(["key", "other"])
names = st.fixed_dictionaries(
    {"keys": st.lists(keys), "global_ids": st.lists(global_ids), "uids": st.lists(uids)},
)
known = st.lists(
    st.tuples(st.none() | keys, st.none() | global_ids, uids),
    max_size=5,
    unique_by=(lambda told: told[0] or object(), lambda told: told[1] or object()),
)
Told = tuple[str | None, bytes | None, str]


@settings(max_examples=100, deadline=None)
@given(known, names)
def test_exactly_the_events_with_one_of_these_names_are_found(told: list[Told], asked: dict[str, Any]) -> None:
    asyncio.run(check_each(told, asked))


async def check_each(told: list[Told], asked: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "roomd.db", clock=SetClock())
        made = [event(key=key, global_id=global_id, uid=uid) for key, global_id, uid in told]
        async with store.write() as tables:
            await tables.events.put(made)
            found = await tables.events.named(**asked)
            by_uid = await tables.events.by_uid(asked["uids"])
        await store.close()
    expected = [
        each.id
        for each in made
        if each.key in asked["keys"] or each.global_id in asked["global_ids"] or each.uid in asked["uids"]
    ]
    assert sorted(found) == sorted(expected)
    assert set(by_uid) == {each.uid for each in made} & set(asked["uids"])


@pytest.mark.parametrize("analyzed", [False, True])
async def test_events_are_looked_for_by_their_indexes(store: Store, *, analyzed: bool) -> None:
    async with store.write() as tables:
        await tables.events.put([event(global_id=bytes([number]), uid=f"{number:02X}") for number in range(99)])
        await tables.events.put([event(key=f"key {number}", uid=f"uid {number}") for number in range(99)])
        if analyzed:
            await tables.events._run("ANALYZE")
    async with store.read() as tables:
        plan = await plan_of_names(tables)
    for index in ("event_by_key", "event_by_global_id", "event_by_uid"):
        assert any(f"USING INDEX {index}" in step or f"USING COVERING INDEX {index}" in step for step in plan)
    assert not any(step.startswith("SCAN event") for step in plan)


async def plan_of_names(tables: Tables) -> list[str]:
    asked = dict.fromkeys(("keys", "global_ids", "uids", "either"), "[]")
    rows = await tables.events._rows(f"EXPLAIN QUERY PLAN {_NAMED}", **asked)
    return [row[3] for row in rows]
