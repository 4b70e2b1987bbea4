"""What the configuration decides about edits on both sides, a person is not asked about."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from core.sync.house import USER, ZHANG, House, meeting
from core.sync.simulated_copy import titles
from roomd_core.merge import UNITS, Policy, diff, merge
from roomd_core.model import ChangeKind, ConflictKind, Side


def test_a_policy_decides_its_unit_alone() -> None:
    base = meeting()
    local, remote = (replace(base, title=f"{side} title", location=f"{side} place") for side in ("my", "their"))
    merged = merge(base, local, remote, {"title": Policy.LOCAL})
    assert (merged.content.title, merged.content.location) == ("my title", "their place")
    assert (merged.conflicts, merged.kept_local, merged.kept_remote) == (("location",), ("title",), ())
    merged = merge(base, local, remote, dict.fromkeys(UNITS, Policy.EXCHANGE))
    assert (diff(merged.content, remote), merged.conflicts) == ((), ())


@pytest.mark.parametrize(("policy", "title"), [(Policy.LOCAL, "Mine"), (Policy.EXCHANGE, "Theirs")])
async def test_what_a_policy_keeps_is_written_told_and_kept_as_decided(
    tmp_path: Path, policy: Policy, title: str
) -> None:
    async with House(tmp_path, policy={"title": policy}).open() as house:
        event = await house.book(meeting())
        await house.push()
        house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs")
        await house.change(event, title="Mine")
        await house.settle()
        assert titles(house.exchange.copies(ZHANG)) == [title]
        assert (await house.event(event)).content.title == title
        assert await house.conflicts() == []
        async with house.store.read() as tables:
            [decided] = await tables.conflicts.listing(resolved=True)
        assert (decided.kind, decided.kept, decided.resolved_by) == (ConflictKind.EDIT, Side(policy), "policy")
        assert (decided.local and decided.local.title, decided.remote and decided.remote.title) == ("Mine", "Theirs")
        told = [each for each in await house.history(event) if each.kind is ChangeKind.CONFLICT_RESOLVED]
        assert [each.actor for each in told] == ["policy"]
        assert "By policy" in told[0].note
        assert ChangeKind.CONFLICT_OPENED not in {each.kind for each in await house.history(event)}


async def test_without_a_policy_a_person_is_asked(house: House) -> None:
    event = await house.book(meeting())
    await house.push()
    house.exchange.edit(house.exchange.copies(ZHANG)[0], title="Theirs")
    await house.change(event, title="Mine")
    await house.sync()
    [asked] = await house.conflicts()
    assert asked.units == ("title",)
    await house.engine.resolve(asked.id, Side.LOCAL, actor=USER)
    await house.settle()
    assert titles(house.exchange.copies(ZHANG)) == ["Mine"]
