"""Single facts about the store itself, by name."""

from roomd_core.store.table import Table, upsert

PUT = upsert("meta", ("name", "value"), key=("name",))


class Meta(Table):
    """Table ``meta``."""

    async def get(self, name: str) -> str | None:
        """Return a fact."""
        value: str | None = await self._value("SELECT value FROM meta WHERE name = :name", name=name)
        return value

    async def put(self, name: str, value: str) -> None:
        """Store a fact."""
        await self._run_many(PUT, [(name, value)])

    async def named(self, prefix: str) -> list[str]:
        """Return the names of the facts that begin so, in order."""
        rows = await self._rows(
            "SELECT name FROM meta WHERE name >= :prefix AND name < :beyond ORDER BY name",
            prefix=prefix, beyond=f"{prefix}\U0010ffff",
        )  # fmt: skip
        return [name for (name,) in rows]

    async def remove(self, name: str) -> None:
        """Forget a fact."""
        await self._run("DELETE FROM meta WHERE name = :name", name=name)
