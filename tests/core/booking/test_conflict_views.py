from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from core.booking.people_and_remote import AS_EMMA, AS_LISI
from core.store.samples import (
    ELEVEN,
    EMMA,
    GUANGHAN,
    LISI,
    NINE,
    OFFICE,
    SHUIJING,
    TEN,
    ZHANGSAN,
    content,
    event,
)
from roomd_core.access import Caller
from roomd_core.api.wire import ConflictView, WholeContent
from roomd_core.booking.choices import choices
from roomd_core.booking.conflict_views import SHOWN, Shown, conflict_view
from roomd_core.booking.recipients import mailed
from roomd_core.booking.views import event_view
from roomd_core.model import Attendee, Conflict, ConflictKind, Content, Event, Origin, Sensitivity, Side

BY_ADDRESS = {mailbox.address: mailbox for mailbox in OFFICE}


def conflict(kind: ConflictKind, **fields: Any) -> Conflict:
    return replace(Conflict(id="c", event="e", kind=kind, summary="", opened_at=NINE), **fields)


def with_people(*addresses: str, **fields: Any) -> Content:
    return content(attendees=tuple(sorted(Attendee(address=who) for who in addresses)), **fields)


def shown(
    about: Conflict, caller: Caller, of: Event, *, other: Event | None = None, missing: Sequence[Event] = ()
) -> ConflictView:
    view = None if about.mailbox else event_view(of, [], [], BY_ADDRESS, caller)
    event = None if about.mailbox else of
    return conflict_view(about, Shown(event=event, view=view, other=other, missing=missing), BY_ADDRESS, caller)


def test_every_kind_of_conflict_says_what_each_choice_does() -> None:
    for kind in ConflictKind:
        told = choices(conflict(kind))
        assert set(told) == set(Side)
        assert all(sentence.endswith(".") for sentence in told.values())


def test_who_cancelled_decides_what_the_choices_mean() -> None:
    deleted_there = conflict(ConflictKind.EDIT_VS_DELETE, local=content())
    assert choices(deleted_there)[Side.LOCAL].startswith("Make the event in Exchange again")
    assert choices(replace(deleted_there, local=None))[Side.LOCAL].startswith("Cancel it in Exchange")


def test_a_conflict_about_a_private_event_shows_nothing_of_it() -> None:
    mine = event(organizer=LISI, content=content(rooms=(SHUIJING,)))
    theirs = event(content=with_people(LISI, title="Dentist", sensitivity=Sensitivity.PRIVATE), organizer=ZHANGSAN)
    about = conflict(
        ConflictKind.DOUBLE_BOOKING,
        event=mine.id, other=theirs.id, summary="“Plans” and “Dentist”", local=mine.content, remote=theirs.content,
    )  # fmt: skip
    told = shown(about, AS_LISI, mine, other=theirs)
    assert told.remote == WholeContent.of(theirs.content), "Li Si is invited to both"
    hidden = shown(about, AS_EMMA, mine, other=theirs)
    assert (hidden.summary, hidden.local, hidden.remote) == ("A private event needs a decision.", None, None)
    assert (set(hidden.choices), hidden.mails) == (set(Side), {})
    assert shown(replace(about, resolved_at=TEN), AS_LISI, mine, other=theirs).choices == {}


def test_keeping_exchanges_side_mails_nobody() -> None:
    stands = event(content=with_people(LISI), base=with_people(LISI))
    for kind in ConflictKind:
        assert mailed(conflict(kind, local=with_people(LISI, title="Other")), Side.EXCHANGE, stands) == ()


def test_a_local_edit_mails_everybody_whom_it_concerns() -> None:
    stands = event(content=with_people(LISI), base=with_people(LISI))
    title = conflict(ConflictKind.EDIT, local=with_people(LISI, title="Other"), units=("title",))
    assert mailed(title, Side.LOCAL, stands) == (GUANGHAN, LISI)
    people = conflict(ConflictKind.EDIT, local=with_people(LISI, EMMA), units=("people",))
    assert mailed(people, Side.LOCAL, stands) == (EMMA,), "who was invited before sees nothing new"
    reminder = conflict(ConflictKind.EDIT, local=with_people(LISI, reminder=5), units=("reminder",))
    assert mailed(reminder, Side.LOCAL, stands) == (), "a reminder is the organizer's own"


def test_an_event_made_again_or_cancelled_mails_everybody() -> None:
    stands = event(content=with_people(LISI), base=with_people(LISI, EMMA))
    again = conflict(ConflictKind.EDIT_VS_DELETE, local=stands.content)
    assert mailed(again, Side.LOCAL, stands) == (GUANGHAN, LISI)
    cancelled_here = replace(again, local=None)
    assert mailed(cancelled_here, Side.LOCAL, stands) == (EMMA, GUANGHAN, LISI)
    never_there = replace(stands, base=None)
    assert mailed(conflict(ConflictKind.REJECTED), Side.LOCAL, never_there) == (GUANGHAN, LISI)


def test_a_mass_deletion_names_the_soonest_events_and_mails_those_invited_to_what_is_made_again() -> None:
    here = event(content=with_people(LISI, title="Made here", start=TEN, end=ELEVEN))
    there = event(content=with_people(EMMA, title="Made there"), origin=Origin.EXCHANGE)
    hidden = event(content=content(title="Dentist", sensitivity=Sensitivity.PRIVATE), origin=Origin.EXCHANGE)
    about = conflict(
        ConflictKind.MASS_DELETE,
        event=None, mailbox=ZHANGSAN, missing=(here.id, there.id, hidden.id),
    )  # fmt: skip
    told = shown(about, AS_EMMA, here, missing=[here, there, hidden])
    assert (told.event, told.about, told.missing_count) == (None, "Zhang San", 3)
    assert sorted(one.title for one in told.missing) == ["Made here", "Made there", "Private"]
    assert told.missing[-1].title == "Made here", "the soonest come first"
    assert {one.name for one in told.mails[Side.LOCAL]} == {"2楼广寒宫", "Li Si"}
    assert told.mails[Side.EXCHANGE] == ()
    many = [replace(there, id=f"e{number}") for number in range(SHOWN + 5)]
    told = shown(replace(about, missing=tuple(each.id for each in many)), AS_EMMA, here, missing=many)
    assert (len(told.missing), told.missing_count) == (SHOWN, SHOWN + 5)
