"""What answers tell besides: how the server's clock goes, and until when its certificate holds."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from roomd_core.clock import Clock

MOST_SKEW = timedelta(seconds=120)
"""How far two clocks may be apart: Kerberos and NTLM refuse a sign-in from five minutes on."""
EXPIRES_SOON = timedelta(days=14)


class Signs:
    """The newest of these signs, from all connections of a process. Worker threads write, anybody reads."""

    def __init__(self, clock: Clock, host: str) -> None:
        self._clock = clock
        self._host = host
        self._skew = timedelta()
        self._ends: datetime | None = None

    def dated(self, date: str | None) -> None:
        """Take note of when the server says that it answered (RFC 9110 section 6.6.1), just now."""
        said = read_date(date or "")
        if said is not None:
            self._skew = said - self._clock.now()

    def shown(self, certificate: Mapping[str, Any] | None) -> None:
        """Take note of the certificate of a new connection, as ``SSLSocket.getpeercert`` tells a checked one."""
        ends = (certificate or {}).get("notAfter")
        self._ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an administrator should know of them."""
        said = (skew_warning(self._host, self._skew), expiry_warning(self._host, self._ends, self._clock.now()))
        return tuple(warning for warning in said if warning)


@lru_cache(maxsize=1)  # what is asked within a second is answered with the same words
def read_date(text: str) -> datetime | None:
    """Read a Date header; None where it is none."""
    try:
        said = parsedate_to_datetime(text)
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def skew_warning(host: str, skew: timedelta) -> str:
    """Say that the clocks are too far apart, or nothing."""
    if abs(skew) <= MOST_SKEW:
        return ""
    way = "ahead of" if skew > timedelta() else "behind"
    return (
        f"The clock of {host} is {abs(skew) / timedelta(seconds=1):.0f} s {way} this host's: "
        "have both set by NTP; from five minutes on sign-ins may be refused."
    )


def expiry_warning(host: str, ends: datetime | None, now: datetime) -> str:
    """Say that the certificate ends soon, or nothing."""
    if ends is None or ends - now > EXPIRES_SOON:
        return ""
    return (
        f"The certificate of {host} is valid until {ends:%Y-%m-%d %H:%M} UTC: have it renewed; "
        "after that nothing is read or sent."
    )
