"""What a source of rooms gives now, and what a person should know about that."""

from collections.abc import Sequence

from msgspec import Struct

from roomd_core.model import Place
from roomd_core.roster.directory import Directory
from roomd_core.roster.sources import RoomSource, beginning_of, fitting
from roomd_core.sync.remote import Gone, RemoteError


class Reading(Struct, frozen=True, kw_only=True):
    """The rooms a source has now. Without ``believed`` what was known before goes on to hold as well."""

    places: tuple[Place, ...] = ()
    believed: bool = True
    warning: str = ""


async def read_source(source: RoomSource, directory: Directory) -> Reading:
    """Ask Exchange for the rooms of a source. Never raises for what Exchange does: that is the warning."""
    try:
        reading = await _read(source, directory)
    except RemoteError as error:
        return Reading(believed=False, warning=f"The rooms of {source.name} could not be read: {error}.")
    if reading.places or reading.warning:
        return reading
    return Reading(believed=False, warning=f"{_capital(source.name)} has no room in Exchange: check it there.")


async def _read(source: RoomSource, directory: Directory) -> Reading:
    if source.pattern:
        return await _by_pattern(source.pattern, directory)
    assert source.room_list is not None
    if "@" in source.room_list:
        return await _of_list(source.room_list, directory)
    return await _of_list_named(source.room_list, directory)


async def _of_list(address: str, directory: Directory) -> Reading:
    try:
        return Reading(places=tuple(await directory.rooms_of(address)))
    except Gone:
        return _no_such_list(address, await directory.room_lists())


async def _of_list_named(name: str, directory: Directory) -> Reading:
    lists = await directory.room_lists()
    found = [each.address for each in lists if each.name.casefold() == name.casefold()]
    if not found:
        return _no_such_list(name, lists)
    if len(found) > 1:
        warning = f"{len(found)} room lists are called {name}: name one by its address, {' or '.join(found)}."
        return Reading(believed=False, warning=warning)
    return Reading(places=tuple(await directory.rooms_of(found[0])))


def _no_such_list(name: str, lists: Sequence[Place]) -> Reading:
    there = ", ".join(f"{each.name} ({each.address})" for each in lists) or "none: New-DistributionGroup -RoomList"
    return Reading(believed=False, warning=f"Exchange has no room list {name}. There are: {there}.")


async def _by_pattern(pattern: str, directory: Directory) -> Reading:
    """Look through every room list, and through what the address book has under the pattern's beginning."""
    found: dict[str, Place] = {}
    for each in await directory.room_lists():
        found |= fitting(pattern, await directory.rooms_of(each.address))
    beginning, complete = beginning_of(pattern), True
    if beginning:
        search = await directory.search(beginning)
        found |= fitting(pattern, search.places)
        complete = search.complete
    if complete:
        return Reading(places=tuple(found.values()))
    warning = f"Exchange shows only the first of all that begins with {beginning}: pattern {pattern} may miss rooms."
    return Reading(places=tuple(found.values()), believed=False, warning=f"{warning} Make a room list of them.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
