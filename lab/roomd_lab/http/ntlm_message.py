"""What an NTLM AUTHENTICATE message says about itself (MS-NLMP 2.2.1.3), before anybody believes it."""

import struct
from dataclasses import dataclass

_SIGNATURE = b"NTLMSSP\x00"
_AUTHENTICATE = 3
_UNICODE = 0x1
# The NTLMv2 response: a proof, then a header (MS-NLMP 2.2.2.7), then attribute pairs.
_PAIRS_AT = 16 + 28
_CHANNEL_BINDINGS = 10
_NO_BINDINGS = b"\x00" * 16


@dataclass(frozen=True, slots=True)
class Claim:
    r"""Who somebody claims to be, as `DOMAIN\user` or a UPN, and whether they name the TLS channel they come by."""

    login: str
    names_channel: bool


def read_claim(token: bytes) -> Claim | None:
    """The claim in a token; None for a token that is no AUTHENTICATE message. Raises struct.error, UnicodeError."""
    at = token.find(_SIGNATURE)
    if at < 0 or struct.unpack_from("<I", token, at + 8)[0] != _AUTHENTICATE:
        return None
    message = token[at:]
    encoding = "utf-16-le" if struct.unpack_from("<I", message, 60)[0] & _UNICODE else "cp437"
    domain, user = (_field(message, offset).decode(encoding) for offset in (28, 36))
    pairs = _pairs(_field(message, 20)[_PAIRS_AT:])
    return Claim(
        login=f"{domain}\\{user}" if domain else user,
        names_channel=pairs.get(_CHANNEL_BINDINGS, _NO_BINDINGS) != _NO_BINDINGS,
    )


def _field(message: bytes, offset: int) -> bytes:
    length, _, start = struct.unpack_from("<HHI", message, offset)
    return message[start : start + length]


def _pairs(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == 0:
            break
        found[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return found
