from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from roomd_lab.model.ids import Identifiers, clean, global_object_id_of, mailbox_number, uid_of

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


def test_ids_differ_and_remember_their_mailbox() -> None:
    ids = Identifiers("seed")
    issued = [ids.item_id(7) for _ in range(100)]
    assert len(set(issued)) == 100
    assert {mailbox_number(each) for each in issued} == {7}


def test_the_same_seed_issues_the_same_ids() -> None:
    assert Identifiers("seed").item_id(1) == Identifiers("seed").item_id(1) != Identifiers("other").item_id(1)


@given(st.text(max_size=100))
def test_no_text_is_taken_for_an_id_by_accident(text: str) -> None:
    assert mailbox_number(text) is None


def test_a_global_object_id_has_the_documented_layout() -> None:
    identity = Identifiers("seed").global_object_id(NOW)
    assert identity.hex().upper().startswith("040000008200E00074C5B7101A82E008" + "00000000")
    assert int.from_bytes(identity[36:40], "little") == len(identity) - 40 == 16
    assert uid_of(identity) == identity.hex().upper()
    assert global_object_id_of(uid_of(identity)) == identity


def test_a_foreign_uid_is_wrapped_and_comes_back() -> None:
    identity = global_object_id_of("booking-42@roomd")
    assert identity[40:].startswith(b"vCal-Uid\x01\x00\x00\x00booking-42@roomd")
    assert uid_of(identity) == "booking-42@roomd"


def test_the_clean_identity_of_an_exception_is_that_of_its_series() -> None:
    series = Identifiers("seed").global_object_id(NOW)
    exception = series[:16] + bytes([0x07, 0xEA, 11, 22]) + series[20:]
    assert exception != series
    assert clean(exception) == clean(series)
