"""What a calendar shows between two instants is what lies there, whatever happened to it before."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lab.wire import HOUR, TOMORROW, ZHANGSAN
from roomd_lab import Company, FolderName, Lab

HOURS = st.integers(0, 12)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), HOURS, st.integers(0, 5)),
        st.tuples(st.just("move"), HOURS, HOURS),
        st.tuples(st.just("delete"), HOURS, HOURS),
    ),
    max_size=12,
)


def at(hour: int) -> datetime:
    return TOMORROW + hour * HOUR


@given(deeds=DEEDS, first=HOURS, length=st.integers(0, 4), moved=st.booleans())
def test_a_look_finds_what_lies_there(
    *, deeds: list[tuple[str, int, int]], first: int, length: int, moved: bool
) -> None:
    lab = Lab(Company.seeded(people=1, rooms=0))
    outlook = lab.outlook
    for deed, one, other in deeds:
        if deed == "write":
            outlook.write_into(ZHANGSAN, subject="x", start=at(one), end=at(one + other))
        elif there := outlook.calendar(ZHANGSAN):
            uid = there[one % len(there)].uid
            if deed == "move":
                outlook.move(ZHANGSAN, uid, start=at(other), end=at(other) + timedelta(minutes=30))
            else:
                outlook.delete(ZHANGSAN, uid, folder=FolderName.DELETED)
    if moved:
        lab.organization.mailbox(ZHANGSAN).relocate()
    shown = outlook.calendar_between(ZHANGSAN, at(first), at(first + length))
    there = [i for i in outlook.calendar(ZHANGSAN) if i.start < at(first + length) and at(first) < i.end]
    assert sorted(item.item_id for item in shown) == sorted(item.item_id for item in there)
    assert [item.start for item in shown] == sorted(item.start for item in shown)
