from datetime import timedelta

from daemon.exchange.hand_clock import HandClock
from roomd_daemon.exchange.backoff import Backoff


def test_who_was_told_to_wait_waits_until_the_time_is_over() -> None:
    clock = HandClock()
    backoff = Backoff(clock)
    backoff.obey("room@x.com", timedelta(seconds=30))

    assert backoff.remaining("room@x.com") == timedelta(seconds=30)
    clock.pass_seconds(29)
    assert backoff.remaining("room@x.com") == timedelta(seconds=1)
    clock.pass_seconds(1)
    assert backoff.remaining("room@x.com") is None


def test_others_do_not_wait_for_a_throttled_mailbox() -> None:
    backoff = Backoff(HandClock())
    backoff.obey("room@x.com", timedelta(seconds=30))

    assert backoff.remaining("other@x.com") is None


def test_a_shorter_wait_does_not_shorten_a_longer_one() -> None:
    backoff = Backoff(HandClock())
    backoff.obey("room@x.com", timedelta(seconds=30))
    backoff.obey("room@x.com", timedelta(seconds=5))

    assert backoff.remaining("room@x.com") == timedelta(seconds=30)
