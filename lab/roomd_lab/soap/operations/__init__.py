"""The operations, one module for each family. `OPERATIONS` is the table the server answers from."""

from collections.abc import Callable

from roomd_lab.soap.call import Call
from roomd_lab.soap.event_stream import EventStream
from roomd_lab.soap.operations import (
    availability,
    convert_id,
    create_item,
    delegates,
    delete_item,
    find_item,
    folder_hierarchy,
    folders,
    get_item,
    move_item,
    resolve_names,
    rooms,
    streaming_events,
    subscriptions,
    sync_folder_items,
    time_zones,
    update_item,
    user_configuration,
)

Operation = Callable[[Call], str | EventStream]

OPERATIONS: dict[str, Operation] = {
    "AddDelegate": delegates.add_delegate,
    "ConvertId": convert_id.convert_id,
    "CopyItem": move_item.copy_item,
    "CreateFolder": folders.create_folder,
    "CreateItem": create_item.create_item,
    "DeleteFolder": folders.delete_folder,
    "DeleteItem": delete_item.delete_item,
    "FindFolder": folders.find_folder,
    "FindItem": find_item.find_item,
    "GetDelegate": delegates.get_delegate,
    "GetEvents": subscriptions.get_events,
    "GetFolder": folders.get_folder,
    "GetItem": get_item.get_item,
    "GetRoomLists": rooms.get_room_lists,
    "GetRooms": rooms.get_rooms,
    "GetServerTimeZones": time_zones.get_server_time_zones,
    "GetStreamingEvents": streaming_events.get_streaming_events,
    "GetUserAvailability": availability.get_user_availability,
    "GetUserConfiguration": user_configuration.get_user_configuration,
    "MoveItem": move_item.move_item,
    "RemoveDelegate": delegates.remove_delegate,
    "ResolveNames": resolve_names.resolve_names,
    "Subscribe": subscriptions.subscribe,
    "SyncFolderHierarchy": folder_hierarchy.sync_folder_hierarchy,
    "SyncFolderItems": sync_folder_items.sync_folder_items,
    "Unsubscribe": subscriptions.unsubscribe,
    "UpdateDelegate": delegates.update_delegate,
    "UpdateItem": update_item.update_item,
}
