"""What the copies of a series tell: a master of its occurrences, any other copy of which one it is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from roomd_core.recurrence import Recurrence, WallTimes, index_of
from roomd_core.sync.remote import RemoteException, RemoteItem, RemoteSeries
from roomd_core.zones import zone_of
from roomd_daemon.exchange.recurrence import read_recurrence
from roomd_daemon.exchange.soap import TYPES, Element
from roomd_daemon.exchange.values import read_instant, read_ref, required_text

_RECURRENCE = TYPES + "Recurrence"
_MODIFIED = TYPES + "ModifiedOccurrences"
_DELETED = TYPES + "DeletedOccurrences"
_EXCHANGE_UID = "040000008200E00074C5B7101A82E008"
_DAY_IN_UID = (slice(32, 36), slice(36, 38), slice(38, 40))
_NO_DAY = "00000000"


def read_series(parts: Mapping[str, Element]) -> RemoteSeries | None:
    """Read the series of an item from its child elements by tag; None if it is no master. Raise Malformed."""
    recurrence = parts.get(_RECURRENCE)
    if recurrence is None:
        return None
    return RemoteSeries(
        recurrence=read_recurrence(recurrence),
        modified=tuple(_exception(each) for each in parts.get(_MODIFIED, ())),
        deleted=tuple(sorted(read_instant(required_text(each, "Start")) for each in parts.get(_DELETED, ()))),
    )


def original_start_of(told: datetime | None, uid: str, start: datetime, zone: str) -> datetime | None:
    """Return which occurrence of a series a copy is, None of anything else.

    Servers say it (EWS RecurrenceId), or the day is in the UID, which then is the GlobalObjectId of that occurrence
    in hexadecimal (MS-OXOCAL section 2.2.1.27, bytes 16 to 19). The time of day is then the copy's own.
    """
    if told is not None or uid[32:40] == _NO_DAY or not uid.upper().startswith(_EXCHANGE_UID):
        return told
    try:
        year, month, day = (int(uid[place], 16) for place in _DAY_IN_UID)
        original = date(year, month, day)
    except ValueError:
        return None
    wall = start.astimezone(zone_of(zone))
    return wall.replace(year=original.year, month=original.month, day=original.day).astimezone(UTC)


def has_exceptions(item: RemoteItem) -> bool:
    """Say whether single occurrences differ: people may be invited to those of a series that nobody else is in."""
    return bool(item.detail and item.detail.series and item.detail.series.modified)


def occurrence_index(master: RemoteItem, original_start: datetime) -> int:
    """Return the number of an occurrence, from 1, deleted ones counted (EWS InstanceIndex); 0 of no series."""
    rule, times = _rule_and_times(master)
    return index_of(rule, times.day(original_start) - times.shift) if rule else 0


def is_occurrence(master: RemoteItem, found: RemoteItem, original_start: datetime) -> bool:
    """Say whether what was found is the occurrence of that day. Servers that do not say which it is are believed."""
    _, times = _rule_and_times(master)
    return found.original_start is None or times.day(found.original_start) == times.day(original_start)


def _rule_and_times(master: RemoteItem) -> tuple[Recurrence | None, WallTimes]:
    series = master.detail.series if master.detail else None
    rule = series.recurrence if series else None
    return rule, WallTimes.of(master.start, master.end, master.zone, rule)


def _exception(element: Element) -> RemoteException:
    return RemoteException(
        item_id=read_ref(element).item_id,
        original_start=read_instant(required_text(element, "OriginalStart")),
        start=read_instant(required_text(element, "Start")),
        end=read_instant(required_text(element, "End")),
    )
