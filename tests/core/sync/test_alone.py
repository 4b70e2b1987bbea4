"""What fails alone, and what does not."""

import asyncio
import logging

import pytest

from roomd_core.errors import StoreError
from roomd_core.sync.alone import Alone
from roomd_core.sync.remote import ExchangeUnavailable, OutcomeUnknown, SignInRefused


@pytest.mark.parametrize(
    ("error", "level"), [(OutcomeUnknown("No answer came."), logging.INFO), (ValueError("a surprise"), logging.ERROR)]
)
def test_a_failure_is_told_and_what_comes_behind_goes_on(
    error: Exception, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Alone("declining as the lake"):
        raise error
    [record] = caplog.records
    assert record.levelno == level
    assert "declining as the lake" in record.getMessage()


@pytest.mark.parametrize(
    "error", [ExchangeUnavailable("Away."), SignInRefused("No."), StoreError("Full."), asyncio.CancelledError()]
)
def test_what_keeps_everything_else_from_succeeding_goes_up(error: BaseException) -> None:
    with pytest.raises(type(error)), Alone("declining as the lake"):
        raise error
