from datetime import timedelta

import pytest

from daemon.exchange.sample_answers import GUESTS_COPY, envelope, refusal, soap_fault
from roomd_daemon.exchange.soap import Malformed, ServerFault, only_message, open_envelope

WHOLE = envelope(f"<m:Answer>{GUESTS_COPY}</m:Answer>")


@pytest.mark.parametrize("length", range(0, len(WHOLE), 7))
def test_an_answer_cut_anywhere_is_not_believed(length: int) -> None:
    with pytest.raises(Malformed):
        open_envelope(WHOLE[:length])


def test_a_whole_answer_is_opened() -> None:
    assert open_envelope(WHOLE).tag.endswith("}Answer")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><body>Sign in</body></html>", "not a SOAP envelope"),
        (WHOLE + b"<more/>", "not well-formed"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + WHOLE.partition(b"?>")[2], "declares a document type"),
        (envelope(""), "not one answer"),
        (envelope("<m:One/><m:Two/>"), "not one answer"),
    ],
)
def test_what_is_not_one_plain_envelope_is_not_believed(body: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        open_envelope(body)


def test_a_busy_server_says_how_long_it_wants_to_be_left_alone() -> None:
    wait = '<t:MessageXml><t:Value Name="BackOffMilliseconds">297749</t:Value></t:MessageXml>'

    with pytest.raises(ServerFault) as fault:
        open_envelope(soap_fault("ErrorServerBusy", wait))

    assert (fault.value.code, fault.value.back_off) == ("ErrorServerBusy", timedelta(milliseconds=297749))


def test_the_inner_code_of_a_fault_is_the_one_that_counts() -> None:
    inner = '<t:MessageXml><t:Value Name="InnerErrorResponseCode">ErrorStaleObject</t:Value></t:MessageXml>'

    with pytest.raises(ServerFault) as fault:
        open_envelope(soap_fault("ErrorInternalServerError", inner))

    assert fault.value.code == "ErrorStaleObject"


def test_a_refusal_in_a_response_message_carries_its_code_and_words() -> None:
    with pytest.raises(ServerFault) as fault:
        only_message(refusal("CreateItem", "ErrorQuotaExceeded", "The mailbox is full."))

    assert (fault.value.code, fault.value.text) == ("ErrorQuotaExceeded", "The mailbox is full.")
