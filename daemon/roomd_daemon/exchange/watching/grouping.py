"""Which calendars share a connection. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from roomd_daemon.exchange.settings import WatchSettings


class Group(Struct, frozen=True, kw_only=True):
    """Calendars that are subscribed to on one server, in the order of their addresses.

    ``may_stream`` is False for those there is no connection left for.
    """

    mailboxes: tuple[str, ...]
    may_stream: bool


def groups_of(mailboxes: Iterable[str], settings: WatchSettings) -> list[Group]:
    """Share the calendars out, as few groups as the limits allow."""
    ordered = sorted(set(mailboxes))
    return [
        Group(mailboxes=tuple(ordered[first : first + settings.group]), may_stream=number < settings.streams)
        for number, first in enumerate(range(0, len(ordered), settings.group))
    ]
