"""Whose request it is: from the peer's uid to the person it may act for."""

import asyncio
import os
import pwd
from collections.abc import Sequence

from roomd_core.access import Caller, caller_of
from roomd_core.model import Mailbox
from roomd_daemon.http.protocol import Peer


class Callers:
    """Knows the people of the configuration. A uid is looked up once: that may ask a directory on the network."""

    def __init__(self, people: Sequence[Mailbox]) -> None:
        self._people = people
        self._known: dict[int, Caller] = {}

    def know(self, people: Sequence[Mailbox]) -> None:
        """Take these for the people there are."""
        self._people = people
        self._known = {}

    async def of(self, peer: Peer) -> Caller:
        """Return who the peer is."""
        if peer.uid not in self._known:
            name = await asyncio.to_thread(_user_name, peer.uid)
            self._known[peer.uid] = caller_of(peer.uid, name, self._people, daemon_uid=os.geteuid())
        return self._known[peer.uid]


def _user_name(uid: int) -> str:
    """Return a user's name, or the number of one that has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
