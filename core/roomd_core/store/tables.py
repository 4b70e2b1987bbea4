"""All tables as one transaction sees them."""

from roomd_core.store.audits import Audits
from roomd_core.store.changes import Changes
from roomd_core.store.conflicts import Conflicts
from roomd_core.store.connection import Connection
from roomd_core.store.events import Events
from roomd_core.store.items import Items
from roomd_core.store.mailboxes import Mailboxes
from roomd_core.store.meta import Meta
from roomd_core.store.occupancies import Occupancies
from roomd_core.store.operations import Operations
from roomd_core.store.requests import Requests
from roomd_core.store.room_answers import RoomAnswerTable
from roomd_core.store.roster import People, Rosters
from roomd_core.store.runs import Runs
from roomd_core.store.unreadable import UnreadableItems


class Tables:
    """The tables, usable until their transaction ends."""

    def __init__(self, connection: Connection) -> None:
        self.mailboxes = Mailboxes(connection)
        self.events = Events(connection)
        self.items = Items(connection)
        self.occupancies = Occupancies(connection)
        self.operations = Operations(connection)
        self.conflicts = Conflicts(connection)
        self.changes = Changes(connection)
        self.runs = Runs(connection)
        self.unreadable = UnreadableItems(connection)
        self.audits = Audits(connection)
        self.requests = Requests(connection)
        self.meta = Meta(connection)
        self.rosters = Rosters(connection)
        self.room_answers = RoomAnswerTable(connection)
        self.people = People(connection)
