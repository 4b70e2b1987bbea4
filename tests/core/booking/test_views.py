from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core.booking.people_and_remote import AS_EMMA, AS_LISI, AS_NOBODY, AS_SYSTEM, AS_ZHANGSAN
from core.store.samples import (
    ELEVEN,
    EMMA,
    EVERY_TUESDAY,
    GUANGHAN,
    LISI,
    NINE,
    OFFICE,
    TEN,
    ZHANGSAN,
    content,
    event,
    occupancy,
)
from roomd_core.access import Caller
from roomd_core.api.wire import EventState, EventView, Health, Participant, RoomReply
from roomd_core.booking.views import event_view, mailbox_status, span, state_of
from roomd_core.model import (
    Answer,
    Attendee,
    Event,
    EventStatus,
    Freshness,
    Item,
    ItemRef,
    Operation,
    OperationKind,
    OperationState,
    Origin,
    Response,
    Role,
    Sensitivity,
)

BY_ADDRESS = {mailbox.address: mailbox for mailbox in OFFICE}


def operation(state: OperationState, **fields: Any) -> Operation:
    made = Operation(
        id=1, event="e", mailbox=ZHANGSAN, kind=OperationKind.CREATE, key="k", payload=content(), state=state,
        created_at=NINE,
    )  # fmt: skip
    return replace(made, **fields)


def view(of: Event, *operations: Operation, caller: Caller = AS_ZHANGSAN) -> EventView:
    return event_view(of, operations, [], BY_ADDRESS, caller)


def private(sensitivity: Sensitivity = Sensitivity.PRIVATE) -> Event:
    hidden = content(
        title="Dentist",
        location="Main St",
        body="tooth",
        sensitivity=sensitivity,
        attendees=(Attendee(address=LISI),),
    )
    return event(content=hidden)


def test_an_event_shows_who_answered_what() -> None:
    made = event(
        content=content(
            attendees=(Attendee(address=LISI, role=Role.OPTIONAL),), rooms=(GUANGHAN, "gone@example.com")
        ),
        responses=(
            Response(address=GUANGHAN, answer=Answer.ACCEPTED),
            Response(address=LISI, answer=Answer.TENTATIVE),
        ),
    )
    shown = view(made)
    assert shown.rooms == (
        RoomReply(address=GUANGHAN, name="2楼广寒宫", answer=Answer.ACCEPTED),
        RoomReply(address="gone@example.com", name="gone@example.com", answer=Answer.NONE),
    )
    assert shown.attendees == (Participant(address=LISI, role=Role.OPTIONAL, answer=Answer.TENTATIVE),)
    assert (shown.title, shown.organizer, shown.organizer_name) == ("Plans", ZHANGSAN, "Zhang San")
    assert (shown.start, shown.end, shown.note) == (NINE, TEN, "")


@pytest.mark.parametrize("caller", [AS_EMMA, AS_NOBODY])
@pytest.mark.parametrize("sensitivity", set(Sensitivity) - {Sensitivity.NORMAL})
def test_a_private_event_of_others_shows_only_who_has_which_room_when(
    caller: Caller, sensitivity: Sensitivity
) -> None:
    shown = view(private(sensitivity), operation(OperationState.PARKED, error="'Dentist' was refused"), caller=caller)
    assert (shown.title, shown.location, shown.body, shown.attendees, shown.note) == ("Private", "", "", (), "")
    assert (shown.private, shown.organizer, shown.rooms[0].address, shown.start) == (True, ZHANGSAN, GUANGHAN, NINE)


@pytest.mark.parametrize("caller", [AS_ZHANGSAN, AS_LISI, AS_SYSTEM])
def test_a_private_event_is_open_to_those_in_it(caller: Caller) -> None:
    shown = view(private(), caller=caller)
    assert (shown.title, shown.location, shown.body, shown.private) == ("Dentist", "Main St", "tooth", True)


@pytest.mark.parametrize(
    ("states", "status", "expected"),
    [
        ([], EventStatus.CONFIRMED, EventState.SYNCED),
        ([], EventStatus.CANCELLED, EventState.CANCELLED),
        ([OperationState.QUEUED], EventStatus.CONFIRMED, EventState.PENDING),
        ([OperationState.QUEUED], EventStatus.CANCELLED, EventState.PENDING),
        ([OperationState.SENDING], EventStatus.CONFIRMED, EventState.PENDING),
        ([OperationState.UNKNOWN, OperationState.QUEUED], EventStatus.CONFIRMED, EventState.UNKNOWN),
        ([OperationState.PARKED], EventStatus.CONFIRMED, EventState.REFUSED),
        ([OperationState.PARKED, OperationState.QUEUED], EventStatus.CONFIRMED, EventState.PENDING),
    ],
)
def test_where_an_event_stands_follows_from_what_is_still_to_do(
    states: list[OperationState], status: EventStatus, expected: EventState
) -> None:
    assert state_of(event(status=status), [operation(state) for state in states]) is expected


def test_the_note_says_what_is_waited_for_and_why() -> None:
    assert view(event(), operation(OperationState.QUEUED)).note == ""
    waiting = view(event(), operation(OperationState.QUEUED, error="mail.example.com does not answer."))
    assert waiting.note == "Waiting for Exchange: mail.example.com does not answer."
    assert "the answer was lost" in view(event(), operation(OperationState.UNKNOWN)).note
    refused = view(event(), operation(OperationState.PARKED, error="Too many attendees"))
    assert refused.note == "Not in Exchange: Too many attendees. See the conflict."


def test_the_note_says_why_the_title_is_a_name_and_which_room_said_no() -> None:
    made = event(title_is_organizer=True, responses=(Response(address=GUANGHAN, answer=Answer.DECLINED),))
    note = "The room replaced the title by the organizer's name. Declined by 2楼广寒宫."
    assert view(made).note == note


def test_a_span_says_whether_the_caller_may_change_it() -> None:
    made = event(origin=Origin.EXCHANGE)
    assert span(occupancy(made), made, BY_ADDRESS, AS_ZHANGSAN).mine
    assert not span(occupancy(made), made, BY_ADDRESS, AS_LISI).mine
    assert span(occupancy(made), made, BY_ADDRESS, AS_SYSTEM).mine
    outside = event(organizer="eve@elsewhere.com", organizer_name="")
    shown = span(occupancy(outside), outside, BY_ADDRESS, AS_SYSTEM)
    assert (shown.mine, shown.organizer) == (False, "eve@elsewhere.com")
    hidden = span(occupancy(made), private(), BY_ADDRESS, AS_EMMA)
    assert (hidden.title, hidden.organizer, hidden.private) == ("Private", "Zhang San", True)


def test_a_span_says_that_its_room_still_holds_what_was_cancelled() -> None:
    made = event(origin=Origin.EXCHANGE)
    gone = replace(made, status=EventStatus.CANCELLED)
    assert [span(occupancy(each), each, BY_ADDRESS, AS_LISI).cancelled for each in (made, gone)] == [False, True]


def test_a_mailbox_is_well_failing_or_untried() -> None:
    room = OFFICE[0]
    assert mailbox_status(room, None).health is Health.UNTRIED
    assert mailbox_status(room, Freshness(address=EMMA, tried_at=NINE, error="gone")).health is Health.FAILING
    assert mailbox_status(room, Freshness(address=EMMA, tried_at=NINE, read_at=NINE)).health is Health.OK


def test_a_series_says_how_it_recurs_and_a_single_event_nothing() -> None:
    assert view(event(content=content(series=EVERY_TUESDAY))).recurs == "every Tuesday until 30 Jun 2027"
    assert view(event()).recurs == ""
    alone = replace(EVERY_TUESDAY, recurrence=None)
    assert view(event(content=content(series=alone))).recurs == "single occurrences of a series"


def test_an_occurrence_on_the_timeline_is_named_by_its_original_start_and_has_its_own_title() -> None:
    made = event(content=content(series=EVERY_TUESDAY))
    week = timedelta(weeks=1)
    usual = occupancy(made)
    outing = occupancy(made, start=TEN + week, end=ELEVEN + week, original_start=NINE + week)
    shown = [span(each, made, BY_ADDRESS, AS_ZHANGSAN) for each in (usual, outing)]
    assert [(each.title, each.recurring, each.original_start) for each in shown] == [
        ("Plans", True, NINE),
        ("Outing", True, NINE + week),
    ]
    hidden = replace(made, content=replace(made.content, sensitivity=Sensitivity.PRIVATE))
    assert span(outing, hidden, BY_ADDRESS, AS_LISI).title == "Private"
    assert not span(occupancy(event()), event(), BY_ADDRESS, AS_ZHANGSAN).recurring


def test_an_event_says_which_calendar_no_longer_has_it() -> None:
    made = event(origin=Origin.EXCHANGE)
    kept = Item(
        mailbox=LISI, ref=ItemRef(item_id="i", change_key="k"), event=made.id, is_organizer=True, missing=True
    )
    told = event_view(made, [], [], BY_ADDRESS, AS_ZHANGSAN, items=[kept, replace(kept, mailbox=EMMA, missing=False)])
    assert told.note == "No longer in the calendar of Li Si; kept here."
