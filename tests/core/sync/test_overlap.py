from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.sync.house import at
from roomd_core.model import Occupancy, OccupancyState
from roomd_core.sync.overlap import Overlap, overlaps


def occupied(mailbox: str, event: str, start: int, length: int, state: OccupancyState) -> Occupancy:
    begin = at(8) + timedelta(minutes=start)
    end = begin + timedelta(minutes=length)
    return Occupancy(mailbox=mailbox, start=begin, end=end, event=event, original_start=begin, state=state)


occupancies = st.lists(
    st.builds(
        occupied,
        st.sampled_from(["moon", "lake"]),
        st.sampled_from("abcdef"),
        st.integers(0, 50),
        st.integers(0, 20),
        st.sampled_from(OccupancyState),
    ),
    max_size=30,
)


@given(occupancies)
def test_exactly_the_pairs_that_share_time_in_a_room_are_found(rows: list[Occupancy]) -> None:
    holding = [row for row in rows if row.state in ("accepted", "pending")]
    expected = {
        Overlap(mailbox=one.mailbox, first=one.event, second=other.event)
        for one in holding
        for other in holding
        if one.mailbox == other.mailbox
        and one.event < other.event
        and max(one.start, other.start) < min(one.end, other.end)
    }
    assert overlaps(rows) == expected


@given(occupancies, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows: list[Occupancy], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert overlaps(shuffled) == overlaps(rows)


def test_meetings_back_to_back_do_not_overlap() -> None:
    accepted = OccupancyState.ACCEPTED
    assert overlaps([occupied("moon", "a", 0, 30, accepted), occupied("moon", "b", 30, 30, accepted)]) == set()
