from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from roomd_core.clock import SystemClock
from roomd_core.store import Store
from roomd_daemon.exchange.breaker import SignIn
from roomd_daemon.sign_in import FactsOfStore, StoredBreaker

REFUSED = SignIn(refusals=2, not_before=datetime(2030, 1, 1, tzinfo=UTC))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "roomd.db", clock=SystemClock())
    yield opened
    await opened.close()


def breaker(store: Store, password: str = "geheim", username: str = "svc") -> StoredBreaker:
    return StoredBreaker(FactsOfStore(store), username, SecretStr(password))


async def test_at_first_nothing_speaks_against_signing_in(store: Store) -> None:
    assert (await breaker(store).load()).trusted


async def test_refused_sign_ins_are_remembered_over_a_restart(store: Store) -> None:
    await breaker(store).save(REFUSED)
    again = breaker(store)
    assert await again.load() == REFUSED
    await again.save(SignIn())
    assert (await breaker(store).load()).trusted


@pytest.mark.parametrize(("password", "username"), [("corrected", "svc"), ("geheim", "other")])
async def test_another_password_or_account_starts_afresh(store: Store, password: str, username: str) -> None:
    await breaker(store).save(REFUSED)
    assert (await breaker(store, password, username).load()).trusted


async def test_a_restart_does_not_unlock_an_account(store: Store) -> None:
    await breaker(store).save(SignIn(refusals=1, not_before=REFUSED.not_before, locked=True))
    assert (await breaker(store).load()).locked


async def test_another_password_unlocks_but_does_not_reset_what_the_account_counts(store: Store) -> None:
    failed = (datetime(2026, 11, 22, 12, tzinfo=UTC),)
    await breaker(store).save(SignIn(refusals=1, locked=True, failed=failed))
    assert await breaker(store, "corrected").load() == SignIn(failed=failed)
    assert await breaker(store, "corrected", "other").load() == SignIn()


async def test_the_password_is_not_in_the_store(store: Store) -> None:
    await breaker(store).save(REFUSED)
    written = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert b"not_before" in written
    assert b"geheim" not in written
