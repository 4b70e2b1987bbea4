"""Who answers a room's invitations, as far as Exchange or experience tells."""

from datetime import datetime

from roomd_core.model import RoomAnswer, RoomAnswers
from roomd_core.store.encoding import instant, maybe, seconds
from roomd_core.store.table import Row, Table

_SELECT = "SELECT address, setting, unread, tried_at, learned FROM room_answers"


class RoomAnswerTable(Table):
    """Table ``room_answers``. A room that nothing is known of has no row."""

    async def get(self, address: str) -> RoomAnswers | None:
        """Return what is known of a room."""
        row = await self._row(f"{_SELECT} WHERE address = :address", address=address)
        return None if row is None else _from_row(row)

    async def all(self) -> dict[str, RoomAnswers]:
        """Return what is known, by address."""
        return {row[0]: _from_row(row) for row in await self._rows(_SELECT)}

    async def note_setting(self, address: str, setting: RoomAnswer, at: datetime) -> None:
        """Note what the room's setting says."""
        await self._run(
            "INSERT INTO room_answers (address, setting, tried_at) VALUES (:address, :setting, :at) "
            "ON CONFLICT (address) DO UPDATE SET setting = :setting, unread = '', tried_at = :at",
            address=address, setting=setting, at=seconds(at),
        )  # fmt: skip

    async def note_unread(self, address: str, why: str, at: datetime) -> None:
        """Note that the room's setting could not be read; what it said before goes on to hold."""
        await self._run(
            "INSERT INTO room_answers (address, unread, tried_at) VALUES (:address, :why, :at) "
            "ON CONFLICT (address) DO UPDATE SET unread = :why, tried_at = :at",
            address=address, why=why, at=seconds(at),
        )  # fmt: skip

    async def learn(self, address: str, learned: RoomAnswer) -> None:
        """Note who answered for the room."""
        await self._run(
            "INSERT INTO room_answers (address, learned) VALUES (:address, :learned) "
            "ON CONFLICT (address) DO UPDATE SET learned = :learned",
            address=address, learned=learned,
        )  # fmt: skip


def _from_row(row: Row) -> RoomAnswers:
    address, setting, unread, tried_at, learned = row
    return RoomAnswers(
        address=address,
        setting=maybe(RoomAnswer, setting),
        unread=unread,
        tried_at=maybe(instant, tried_at),
        learned=maybe(RoomAnswer, learned),
    )
