"""The envelopes in a stream of bytes. Each is whole by itself; where the network cuts the bytes says nothing."""

import re
from collections.abc import Iterator

from roomd_daemon.exchange.soap import LARGEST_BODY, Malformed

_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?Envelope\s*>")
_LONGEST_END = 64
"""Bytes of the longest closing tag that is recognised when it comes in two pieces."""


class Envelopes:
    """Takes pieces, gives envelopes."""

    def __init__(self) -> None:
        self._held = b""

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Give every envelope that ends in this piece. Raise Malformed where none ends for too long."""
        searched = max(0, len(self._held) - _LONGEST_END)
        held = self._held + piece
        begin = 0
        for end in _END.finditer(held, searched):
            yield held[begin : end.end()].lstrip()
            begin = end.end()
        self._held = held[begin:]
        if len(self._held) > LARGEST_BODY:
            raise Malformed(f"an envelope is larger than {LARGEST_BODY // 1024 // 1024} MiB")
