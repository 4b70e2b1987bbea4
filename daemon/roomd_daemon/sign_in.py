"""How sign-ins went, kept over restarts: a daemon that is started again and again must not lock its account."""

import asyncio
import hashlib
import os
from typing import Protocol

import msgspec
from msgspec import Struct
from pydantic import SecretStr

from roomd_core.store import Store
from roomd_core.store.closed import ClosedStore
from roomd_daemon.exchange.breaker import SignIn, mended

NAME = "sign-in"
"""The entry in the store."""


class Kept(Struct, frozen=True, kw_only=True):
    """A state, and which account and password it is about: never the password itself."""

    state: SignIn
    salt: bytes
    digest: bytes
    username: str = ""


class Facts(Protocol):
    """Where single facts are kept, by name. Raises StoreError."""

    async def get(self, name: str) -> str | None:
        """Return a fact."""
        ...

    async def put(self, name: str, value: str) -> None:
        """Store a fact."""
        ...


class FactsOfStore:
    """Those of the store the daemon works with."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, name: str) -> str | None:
        """Return a fact."""
        async with self._store.read() as tables:
            return await tables.meta.get(name)

    async def put(self, name: str, value: str) -> None:
        """Store a fact."""
        async with self._store.write() as tables:
            await tables.meta.put(name, value)


class FactsOfClosedStore:
    """Those of a store that no daemon works with."""

    def __init__(self, store: ClosedStore) -> None:
        self._store = store

    async def get(self, name: str) -> str | None:
        """Return a fact."""
        return await asyncio.to_thread(self._store.get, name)

    async def put(self, name: str, value: str) -> None:
        """Store a fact."""
        await asyncio.to_thread(self._store.put, name, value)


class StoredBreaker:
    """Keeps the state for one account and password. Another password is tried at once."""

    def __init__(self, facts: Facts, username: str, password: SecretStr) -> None:
        self._facts = facts
        self._username = username
        self._password = password
        self._salt = os.urandom(16)

    async def load(self) -> SignIn:
        """Return what was saved last about this account.

        A restart forgives nothing. With another password somebody has seen to the account; sign-ins that failed
        lately are counted on all the same.
        """
        raw = await self._facts.get(NAME)
        if raw is None:
            return SignIn()
        kept = msgspec.json.decode(raw, type=Kept)
        self._salt = kept.salt
        if kept.digest == await asyncio.to_thread(self._digest):
            return kept.state
        return mended(kept.state) if kept.username == self._username else SignIn()

    async def save(self, state: SignIn) -> None:
        """Keep the state."""
        digest = await asyncio.to_thread(self._digest)
        kept = Kept(state=state, salt=self._salt, digest=digest, username=self._username)
        await self._facts.put(NAME, msgspec.json.encode(kept).decode())

    def _digest(self) -> bytes:
        """Stand for the account's password without giving it away: scrypt takes 50 ms (RFC 7914)."""
        account = f"{self._username}\0{self._password.get_secret_value()}".encode()
        return hashlib.scrypt(account, salt=self._salt, n=2**14, r=8, p=1)
