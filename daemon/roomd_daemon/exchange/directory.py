"""Exchange's address book: the XML of what is asked, and what comes back. Pure.

It is asked as the service account itself, about no mailbox in particular.
"""

from xml.sax.saxutils import escape

from roomd_core.model import Place
from roomd_core.roster import Search
from roomd_daemon.exchange.reads import NAMESPACES, element
from roomd_daemon.exchange.soap import MESSAGES, TYPES, Element, ServerFault, check, only_message, response_messages

_FOUND_NOTHING = "ErrorNameResolutionNoResults"
_FOUND_SEVERAL = "ErrorNameResolutionMultipleResults"


def get_room_lists() -> Element:
    """Ask for the room lists of the organization (EWS GetRoomLists)."""
    return element(f"<m:GetRoomLists {NAMESPACES}/>")


def get_rooms(room_list: str) -> Element:
    """Ask for the rooms of a list by its address (EWS GetRooms)."""
    address = f"<t:EmailAddress>{escape(room_list)}</t:EmailAddress>"
    return element(f"<m:GetRooms {NAMESPACES}><m:RoomList>{address}</m:RoomList></m:GetRooms>")


def resolve_names(beginning: str) -> Element:
    """Ask for whoever has a name or address that begins so: a hundred at most (EWS ResolveNames)."""
    return element(
        f'<m:ResolveNames ReturnFullContactData="false" SearchScope="ActiveDirectory" {NAMESPACES}>'
        f"<m:UnresolvedEntry>{escape(beginning)}</m:UnresolvedEntry></m:ResolveNames>"
    )


def read_room_lists(answer: Element) -> list[Place]:
    """Read a GetRoomLists answer. Raise ServerFault."""
    return [_place(each) for each in check(answer).iter(TYPES + "Address")]


def read_rooms(answer: Element) -> list[Place]:
    """Read a GetRooms answer. Raise ServerFault."""
    return [_place(each) for room in check(answer).iter(TYPES + "Room") for each in room.iter(TYPES + "Id")]


def read_search(answer: Element) -> Search:
    """Read a ResolveNames answer: nobody is no error, several are a warning. Raise ServerFault."""
    message = response_messages(answer)[0]
    try:
        only_message(answer)
    except ServerFault as fault:
        if fault.code == _FOUND_NOTHING:
            return Search(places=())
        if fault.code != _FOUND_SEVERAL:
            raise
    found = message.find(MESSAGES + "ResolutionSet")
    if found is None:
        return Search(places=())
    places = (_place(mailbox) for mailbox in found.iter(TYPES + "Mailbox"))
    return Search(
        places=tuple(place for place in places if "@" in place.address),
        complete=found.get("IncludesLastItemInRange", "true") in ("true", "1"),
    )


def _place(element: Element) -> Place:
    address = (element.findtext(TYPES + "EmailAddress") or "").strip().lower()
    return Place(address=address, name=(element.findtext(TYPES + "Name") or address).strip())
