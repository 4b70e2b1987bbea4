"""The operations, one module for each family. `OPERATIONS` is the table the server answers from."""

from collections.abc import Callable

from roomd_lab.soap.call import Call
from roomd_lab.soap.operations import (
    availability,
    convert_id,
    create_item,
    delete_item,
    find_item,
    folders,
    get_item,
    move_item,
    resolve_names,
    rooms,
    sync_folder_items,
    time_zones,
    update_item,
)

OPERATIONS: dict[str, Callable[[Call], str]] = {
    "ConvertId": convert_id.convert_id,
    "CreateItem": create_item.create_item,
    "DeleteItem": delete_item.delete_item,
    "FindFolder": folders.find_folder,
    "FindItem": find_item.find_item,
    "GetFolder": folders.get_folder,
    "GetItem": get_item.get_item,
    "GetRoomLists": rooms.get_room_lists,
    "GetRooms": rooms.get_rooms,
    "GetServerTimeZones": time_zones.get_server_time_zones,
    "GetUserAvailability": availability.get_user_availability,
    "MoveItem": move_item.move_item,
    "ResolveNames": resolve_names.resolve_names,
    "SyncFolderItems": sync_folder_items.sync_folder_items,
    "UpdateItem": update_item.update_item,
}
