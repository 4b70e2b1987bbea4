"""Which operations may go side by side, and which must keep their order. Pure."""

from collections.abc import Iterable, Mapping

from roomd_core.model import Event, Operation


def lanes(operations: Iterable[Operation], events: Mapping[str, Event]) -> list[list[Operation]]:
    """Put operations that share a room into one lane, in the order they were asked for.

    What frees a room has to reach Exchange before what takes it, or the room's attendant declines the second.
    """
    found: list[tuple[set[str], list[Operation]]] = []
    for operation in sorted(operations, key=lambda each: each.id):
        rooms = _rooms(operation, events.get(operation.event))
        joined = [lane for lane in found if lane[0] & rooms]
        found = [lane for lane in found if not lane[0] & rooms]
        together = [each for _, lane in joined for each in lane]
        found.append((rooms.union(*(held for held, _ in joined)), [*together, operation]))
    return [sorted(lane, key=lambda each: each.id) for _, lane in found]


def _rooms(operation: Operation, event: Event | None) -> set[str]:
    """The rooms an operation takes, and those it gives up."""
    contents = [operation.payload, *((event.content, event.base) if event else ())]
    return {room for content in contents if content for room in content.rooms}
