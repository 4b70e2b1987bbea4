"""The options of `roomd lab`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from roomd_lab.fault_plan import read_plan
from roomd_lab.faults import Plan
from roomd_lab.http.gate import ExtendedProtection
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.zones import local_zone_id, zone_id_of
from roomd_lab.shown_certificate import CertificateKind

_HIGHEST_PORT = 65535


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Decode the command line; ends the program with a sentence when it is wrong."""
    return command_line().parse_args(arguments)


def command_line() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(prog="roomd lab", description="An Exchange to try things on.")
    _add_server(parser)
    _add_company(parser)
    _add_sign_in(parser)
    _add_trouble(parser)
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--dir", type=Path, help="folder for certificates (default: a temporary one)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="remember everything here, over restarts")
    parser.add_argument(
        "--subscriptions", type=_count, default=5000, metavar="N", help="subscriptions a mailbox may have"
    )
    parser.add_argument(
        "--hanging-connections", type=_count, default=10, metavar="N", help="event streams a user may have open"
    )


def _add_company(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=_count, default=8, help="how many people (default: %(default)s)")
    parser.add_argument("--rooms", type=_count, default=5, help="how many rooms (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="decides names and calendars (default: %(default)s)")
    parser.add_argument("--empty", action="store_true", help="begin with empty calendars")
    parser.add_argument("--events-per-room", type=_count, metavar="N", help="book exactly N meetings in every room")
    parser.add_argument(
        "--zone", type=_zone, default=local_zone_id(), help="time zone of the office (default here: %(default)s)"
    )
    parser.add_argument(
        "--outlook-pace",
        type=_seconds,
        metavar="SECONDS",
        help="let people book, answer, move and cancel this often",
    )
    parser.add_argument(
        "--misbehave",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="how often, from 0 to 1, they do it past the rules instead",
    )


def _add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--extended-protection",
        type=ExtendedProtection,
        choices=list(ExtendedProtection),
        default=ExtendedProtection.ALLOW,
        help="channel binding of NTLM: %(choices)s (default: %(default)s)",
    )
    parser.add_argument("--lock-out", type=_count, metavar="N", help="lock an account after N bad passwords")
    parser.add_argument("--oauth", action="store_true", help="accept bearer tokens, and print one for each account")
    parser.add_argument(
        "--outside-scope", action="append", default=[], metavar="ADDRESS", help="mailbox nobody may impersonate"
    )


def _add_trouble(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--faults", type=_plan, metavar="PLAN", help="seed:rate, such as 7:0.05, or a file with one fault a line"
    )
    parser.add_argument(
        "--certificate",
        type=CertificateKind,
        choices=list(CertificateKind),
        default=CertificateKind.VALID,
        help="what the server shows: %(choices)s (default: %(default)s)",
    )


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def _port(text: str) -> int:
    port = _count(text)
    if port > _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; they end at {_HIGHEST_PORT}")
    return port


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1


def _seconds(text: str) -> float:
    seconds = _number(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return seconds


def _share(text: str) -> float:
    share = _number(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share from 0 to 1")
    return share


def _zone(text: str) -> str:
    try:
        return zone_id_of(text)
    except ExchangeError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time zone, such as Europe/Berlin") from None


def _plan(text: str) -> Plan:
    try:
        return read_plan(text)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not a plan: {error}") from None
