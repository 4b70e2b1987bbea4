import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomd_lab import ExchangeError
from roomd_lab.model.changes import ChangeKind, Journal, Page, SyncState, decode_state, encode_state

EVENTS = st.lists(st.tuples(st.sampled_from(["came", "changed", "went"]), st.integers(0, 5)), max_size=40)


def apply(known: set[str], page: Page) -> None:
    for change in page.changes:
        if change.kind is ChangeKind.DELETE:
            known.discard(change.item_id)
        else:
            known.add(change.item_id)


@given(events=EVENTS, reads=st.lists(st.integers(0, 40), max_size=8), limit=st.integers(1, 4))
def test_a_reader_who_pages_between_changes_ends_with_what_is_there(
    events: list[tuple[str, int]], reads: list[int], limit: int | str
) -> None:
    journal, present, serial, known, state = Journal(), {}, 0, set(), SyncState()
    for step, (event, slot) in enumerate(events):
        if event == "came" and slot not in present:
            serial += 1
            present[slot] = f"item-{serial}"
            journal.came(present[slot])
        elif event == "changed" and slot in present:
            journal.changed(present[slot])
        elif event == "went" and slot in present:
            journal.went(present.pop(slot))
        for _ in range(reads.count(step)):
            page = journal.page(state, limit)
            apply(known, page)
            state = page.state
    while True:
        page = journal.page(state, limit)
        assert len(page.changes) <= limit
        apply(known, page)
        state = page.state
        if page.is_last:
            break
    assert known == set(present.values())
    assert journal.page(state, limit).changes == ()


def test_a_first_reading_reports_only_creations() -> None:
    journal = Journal()
    for item in "abc":
        journal.came(item)
    journal.changed("a")
    journal.went("b")
    page = journal.page(SyncState(), 10)
    assert [(change.kind, change.item_id) for change in page.changes] == [("Create", "c"), ("Create", "a")]


def test_what_changed_after_a_reading_is_an_update_and_what_went_a_delete() -> None:
    journal = Journal()
    journal.came("a")
    journal.came("b")
    state = journal.page(SyncState(), 10).state
    journal.changed("a")
    journal.went("b")
    journal.came("c")
    journal.went("c")
    kinds = [(change.kind, change.item_id) for change in journal.page(state, 10).changes]
    assert kinds == [("Update", "a"), ("Delete", "b")]


def test_a_state_survives_the_wire_and_is_good_for_its_folder_only() -> None:
    text = encode_state("folder-1", SyncState(3, 7))
    assert decode_state("folder-1", text) == SyncState(3, 7)
    with pytest.raises(ExchangeError, match="ErrorInvalidSyncStateData"):
        decode_state("folder-2", text)


@given(st.text(max_size=60))
def test_anything_that_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(ExchangeError, match="ErrorInvalidSyncStateData"):
        decode_state("folder", text)
