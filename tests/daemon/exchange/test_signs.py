"""What answers tell besides: the server's clock and its certificate, over TLS."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.exchange.conftest import Open
from daemon.exchange.watched_lab import WatchedLab
from roomd_core.sync.remote import ExchangeUnavailable
from roomd_daemon.exchange.signs import expiry_warning, read_date, skew_warning
from roomd_lab import LabAddress

BOSS = "zhangsan@example.com"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_of_a_server_in_order_nothing_is_said(connect: Open) -> None:
    exchange = connect()
    await exchange.changes(BOSS, None)

    assert exchange.warnings == ()


@pytest.mark.parametrize(("seconds", "way"), [(300.0, "ahead of"), (-300.0, "behind")])
async def test_clocks_that_are_apart_are_said_until_they_are_not(
    connect: Open, lab: WatchedLab, seconds: float, way: str
) -> None:
    exchange = connect()
    lab.faults.add("wrong-date", seconds=seconds)
    await exchange.changes(BOSS, None)
    [warning] = exchange.warnings
    assert f"s {way} this host's: have both set by NTP" in warning

    await exchange.changes(BOSS, None)
    assert exchange.warnings == ()


async def test_a_certificate_that_ends_soon_is_said(connect: Open, lab: WatchedLab, address: LabAddress) -> None:
    lab.certificate.show("ends-soon")
    exchange = connect()
    assert exchange.warnings == ()
    await exchange.changes(BOSS, None)
    [warning] = exchange.warnings
    assert warning.startswith(f"The certificate of 127.0.0.1:{address.port} is valid until ")


@pytest.mark.parametrize(("kind", "reason"), [("not-yet-valid", "not yet valid"), ("expired", "expired")])
async def test_a_certificate_of_another_time_gets_no_password(
    connect: Open, lab: WatchedLab, kind: str, reason: str
) -> None:
    lab.certificate.show(kind)
    with pytest.raises(ExchangeUnavailable, match=f"certificate of .* is not trusted .*{reason}"):
        await connect().changes(BOSS, None)
    assert lab.sign_ins == 0


async def test_a_login_page_and_another_host_get_no_second_request(connect: Open, lab: WatchedLab) -> None:
    exchange = connect()
    for fault, words in (
        ("login-page", "a web page where Exchange Web Services should be: check endpoint"),
        ("redirect-to-other-host", "sends us elsewhere .* follows nowhere with a password"),
        ("http-403", "EwsApplicationAccessPolicy"),
    ):
        lab.faults.add(fault)
        with pytest.raises(ExchangeUnavailable, match=words):
            await exchange.changes(BOSS, None)
    assert lab.count("SyncFolderItems") == 3


@pytest.mark.parametrize(("seconds", "said"), [(0, False), (120, False), (-120, False), (121, True), (-121, True)])
def test_two_minutes_are_borne(seconds: int, said: bool) -> None:  # noqa: FBT001
    assert bool(skew_warning("mail", timedelta(seconds=seconds))) is said


@pytest.mark.parametrize(("days", "said"), [(15, False), (14, True), (1, True)])
def test_two_weeks_before_its_end_a_certificate_is_mentioned(days: int, said: bool) -> None:  # noqa: FBT001
    assert bool(expiry_warning("mail", NOON + timedelta(days=days), NOON)) is said


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", NOON),
        ("Sun, 22 Nov 2026 12:00:00 -0000", NOON),
        ("", None),
        ("yesterday", None),
        ("Sun, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_a_date_is_read_or_left_alone(text: str, date: datetime | None) -> None:
    assert read_date(text) == date
