"""GetRoomLists and GetRooms: names and addresses, and nothing else."""

from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.people import Address
from roomd_lab.soap.answers import refusal, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.xml import child, leaf, m, t, text_of


def get_room_lists(call: Call) -> str:
    """Every room list of the organization."""
    lists = call.organization.directory.room_lists.values()
    addresses = "".join(f"<t:Address>{_address(each.address, 'PublicDL')}</t:Address>" for each in lists)
    return success("GetRoomListsResponse", f"<m:RoomLists>{addresses}</m:RoomLists>")


def get_rooms(call: Call) -> str:
    """The rooms of one list."""
    wanted = text_of(child(call.element, m("RoomList")).find(t("EmailAddress"))).strip()
    directory = call.organization.directory
    listed = directory.room_lists.get(wanted.lower())
    if listed is None:
        error = ExchangeError("ErrorNameResolutionNoResults", f"There is no room list '{wanted}'.")
        return refusal("GetRoomsResponse", error)
    rooms = "".join(
        f"<t:Room><t:Id>{_address(directory.owner(smtp), 'Mailbox')}</t:Id></t:Room>" for smtp in listed.rooms
    )
    return success("GetRoomsResponse", f"<m:Rooms>{rooms}</m:Rooms>")


def _address(address: Address, kind: str) -> str:
    return (
        f"{leaf('t:Name', address.name)}{leaf('t:EmailAddress', address.smtp)}"
        f"<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>{kind}</t:MailboxType>"
    )
