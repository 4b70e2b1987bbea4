"""What somebody decided and that takes more than one step: remembered in the store until it is done."""

from roomd_core.store import Tables


class Reminders:
    """Reminders of one kind. Each is about an event, or about an event and a room."""

    def __init__(self, kind: str) -> None:
        self._prefix = f"{kind}:"

    async def put(self, tables: Tables, *words: str) -> None:
        """Remember something; twice is once."""
        await tables.meta.put(self._name(words), "")

    async def all(self, tables: Tables) -> list[tuple[str, ...]]:
        """Return what is remembered, in order."""
        names = await tables.meta.named(self._prefix)
        return [tuple(name.removeprefix(self._prefix).split(":", maxsplit=1)) for name in names]

    async def done(self, tables: Tables, *words: str) -> None:
        """Forget something."""
        await tables.meta.remove(self._name(words))

    def _name(self, words: tuple[str, ...]) -> str:
        return self._prefix + ":".join(words)
