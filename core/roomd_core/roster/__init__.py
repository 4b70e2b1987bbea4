"""Which calendars are read: those the configuration names, those Exchange lists, and people made through the API.

``sources``    rooms by room list or pattern, and how everything becomes one list of mailboxes. Pure
``directory``  the port to Exchange's address book
``reading``    what a source gives now
``roster``     keeps the list in the store, and tells whoever has to know when it changes
"""

from roomd_core.roster.directory import Directory, Search
from roomd_core.roster.roster import Roster
from roomd_core.roster.sources import RoomSource

__all__ = ["Directory", "RoomSource", "Roster", "Search"]
