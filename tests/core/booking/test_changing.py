"""What a change and a cancellation leave behind, in the store and in the outbox."""

from typing import Any

import pytest
from msgspec.structs import replace

from core.booking.people_and_remote import AS_LISI, AS_ZHANGSAN, House, booking, reach_exchange
from core.store.samples import (
    ATTIC,
    ELEVEN,
    EMMA,
    GUANGHAN,
    LISI,
    NINE,
    SHUIJING,
    TEN,
    content,
    event,
    occupancy,
)
from roomd_core.api.wire import EventPatch, Invitee
from roomd_core.booking.ledger import known_event
from roomd_core.booking.outcome import Known
from roomd_core.errors import NotAllowed, RoomTaken, VersionMismatch
from roomd_core.ids import new_id
from roomd_core.model import (
    EXCHANGE,
    Answer,
    ChangeKind,
    Conflict,
    ConflictKind,
    Event,
    EventStatus,
    Item,
    ItemRef,
    OccupancyState,
    Operation,
    OperationKind,
    OperationState,
    Origin,
    Response,
    Side,
)
from roomd_core.recurrence import Series


async def known(house: House, made: Event) -> Known:
    async with house.store.read() as tables:
        return await known_event(tables, made.id)


async def agreed(house: House, **fields: Any) -> Event:
    """Book as Li Si and bring it to Exchange."""
    made = await house.service.book(AS_LISI, booking(**fields))
    await reach_exchange(house.store, made.id)
    return (await known(house, made)).event


async def set_operation(house: House, made: Event, **fields: Any) -> Operation:
    async with house.store.write() as tables:
        (operation,) = await tables.operations.open_of_event(made.id)
        changed = replace(operation, **fields)
        await tables.operations.put(changed)
    return changed


async def open_conflict(house: House, made: Event, kind: ConflictKind) -> Conflict:
    conflict = Conflict(id=new_id(), event=made.id, kind=kind, summary="Decide.", opened_at=NINE)
    async with house.store.write() as tables:
        await tables.conflicts.put(conflict)
    return conflict


async def conflict_of(house: House, conflict: Conflict) -> Conflict:
    async with house.store.read() as tables:
        found = await tables.conflicts.get(conflict.id)
    assert found is not None
    return found


async def gone_from_exchange(house: House, made: Event) -> None:
    """Do what the sync engine does when the organizer's item was deleted in Outlook."""
    async with house.store.write() as tables:
        await tables.items.remove(LISI, [f"item of {made.id}"])
        await tables.events.put([replace(made, status=EventStatus.CANCELLED, version=made.version + 1)])
        await tables.occupancies.replace(made.id, [])
        await tables.changes.append(at=NINE, kind=ChangeKind.CANCELLED, event=made.id, actor=EXCHANGE)


async def test_a_change_is_queued_and_told_with_what_changed(house: House) -> None:
    made = await agreed(house)
    changed = await house.service.change(AS_LISI, made.id, EventPatch(title="Other", body="agenda"))
    assert (changed.version, changed.base) == (2, made.content)
    after = await known(house, made)
    assert after.event == changed
    assert [(each.kind, each.payload) for each in after.operations] == [(OperationKind.UPDATE, changed.content)]
    async with house.store.read() as tables:
        entry = (await tables.changes.of_event(made.id))[-1]
    assert (entry.kind, entry.actor, entry.note) == (ChangeKind.CHANGED, "unix:lisi", "title, body")
    assert (entry.before, entry.after) == (made.content, changed.content)


async def test_a_change_that_changes_nothing_leaves_no_trace(house: House) -> None:
    made = await agreed(house)
    assert await house.service.change(AS_LISI, made.id, EventPatch(title="Plans", start=NINE)) == made
    assert (await known(house, made)).operations == []


async def test_a_change_by_who_read_an_older_version_is_refused(house: House) -> None:
    made = await agreed(house)
    await house.service.change(AS_LISI, made.id, EventPatch(title="First"), if_version=1)
    with pytest.raises(VersionMismatch, match="at version 2, and version 1 was read"):
        await house.service.change(AS_LISI, made.id, EventPatch(title="Second"), if_version=1)
    assert (await known(house, made)).event.content.title == "First"


async def test_a_change_that_raced_with_another_is_checked_anew_and_both_are_kept(house: House) -> None:
    made = await agreed(house)
    house.remote.meanwhile = lambda: house.service.change(AS_LISI, made.id, EventPatch(title="First"))
    changed = await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    assert changed.content == replace(made.content, title="First", start=TEN, end=ELEVEN)
    assert house.remote.asked == 3 * [(GUANGHAN,)]


async def test_a_change_of_what_was_read_is_refused_if_another_came_first(house: House) -> None:
    made = await agreed(house)
    house.remote.meanwhile = lambda: house.service.change(AS_LISI, made.id, EventPatch(title="First"))
    with pytest.raises(VersionMismatch):
        await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN), if_version=1)
    assert (await known(house, made)).event.content == replace(made.content, title="First")


async def test_a_change_of_what_is_changed_all_the_time_is_given_up(house: House) -> None:
    made = await agreed(house)

    async def again() -> None:
        house.remote.meanwhile = again
        title = f"After {len(house.remote.asked)}"
        await house.service.change(AS_LISI, made.id, EventPatch(title=title))

    house.remote.meanwhile = again
    with pytest.raises(VersionMismatch):
        await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    left = (await known(house, made)).event.content
    assert (left.title, left.start) == (f"After {len(house.remote.asked)}", NINE)


async def test_a_change_before_exchange_heard_of_it_is_made_in_what_waits(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    changed = await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    (operation,) = (await known(house, made)).operations
    assert (operation.kind, operation.key, operation.payload) == (OperationKind.CREATE, made.key, changed.content)


@pytest.mark.parametrize("state", [OperationState.SENDING, OperationState.UNKNOWN])
async def test_a_change_after_the_create_was_sent_follows_it(house: House, state: OperationState) -> None:
    made = await house.service.book(AS_LISI, booking())
    sent = await set_operation(house, made, state=state, attempts=1, sent_at=NINE)
    changed = await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    create, update = (await known(house, made)).operations
    assert create == sent
    assert (update.kind, update.payload) == (OperationKind.UPDATE, changed.content)


async def test_after_a_move_every_room_is_asked_again(house: House) -> None:
    made = await agreed(house, rooms=(GUANGHAN, SHUIJING))
    yes, no = Response(address=GUANGHAN, answer=Answer.ACCEPTED), Response(address=SHUIJING, answer=Answer.DECLINED)
    async with house.store.write() as tables:
        await tables.events.put([replace(made, responses=(yes, no))])
        states = {GUANGHAN: OccupancyState.ACCEPTED, SHUIJING: OccupancyState.DECLINED, LISI: OccupancyState.ACCEPTED}
        await tables.occupancies.replace(
            made.id, [occupancy(made, mailbox, state=state) for mailbox, state in states.items()]
        )
    renamed = await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    assert renamed.responses == (yes, no)
    assert {each.mailbox: each.state for each in (await known(house, made)).occupancies} == states
    moved = await house.service.change(AS_LISI, made.id, EventPatch(start=TEN, end=ELEVEN))
    assert moved.responses == ()
    occupancies = (await known(house, made)).occupancies
    assert {each.mailbox: each.state for each in occupancies} == dict.fromkeys(states, OccupancyState.PENDING)
    assert {(each.start, each.end) for each in occupancies} == {(TEN, ELEVEN)}


async def test_a_room_taken_off_is_free_and_one_put_on_is_held(house: House) -> None:
    made = await agreed(house)
    changed = await house.service.change(AS_LISI, made.id, EventPatch(rooms=("Attic",)))
    assert changed.content.rooms == (ATTIC,)
    assert {each.mailbox for each in (await known(house, made)).occupancies} == {ATTIC, LISI}
    await house.service.book(AS_ZHANGSAN, booking())


async def test_who_is_no_longer_invited_is_no_longer_occupied(house: House) -> None:
    made = await agreed(house, attendees=(Invitee(address=EMMA),))
    async with house.store.write() as tables:
        await tables.occupancies.replace(made.id, [occupancy(made), occupancy(made, EMMA), occupancy(made, LISI)])
        await tables.events.put([replace(made, responses=(Response(address=EMMA, answer=Answer.ACCEPTED),))])
    changed = await house.service.change(AS_LISI, made.id, EventPatch(attendees=()))
    assert changed.responses == ()
    assert {each.mailbox for each in (await known(house, made)).occupancies} == {GUANGHAN, LISI}


async def test_saving_an_event_whose_item_is_gone_makes_another_that_cannot_be_taken_for_it(house: House) -> None:
    made = await agreed(house)
    await gone_from_exchange(house, made)
    revived = await house.service.change(AS_LISI, made.id, EventPatch(), if_version=2)
    assert (revived.status, revived.base, revived.content) == (EventStatus.CONFIRMED, None, made.content)
    assert revived.key != made.key
    assert revived.uid != made.uid
    after = await known(house, made)
    assert [(each.kind, each.key) for each in after.operations] == [(OperationKind.CREATE, revived.key)]
    assert {each.mailbox for each in after.occupancies} == {GUANGHAN, LISI}


async def test_an_event_is_not_brought_back_into_a_room_that_was_given_away(house: House) -> None:
    made = await agreed(house)
    await gone_from_exchange(house, made)
    await house.service.book(AS_ZHANGSAN, booking())
    with pytest.raises(RoomTaken, match="taken by Zhang San"):
        await house.service.change(AS_LISI, made.id, EventPatch())


async def test_what_a_person_cancelled_stays_cancelled(house: House) -> None:
    made = await agreed(house)
    await house.service.cancel(AS_LISI, made.id)
    with pytest.raises(NotAllowed, match="was cancelled by unix:lisi; book again"):
        await house.service.change(AS_LISI, made.id, EventPatch(title="Back"))


async def test_saving_after_a_refusal_tries_again_and_closes_the_conflict(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    parked = await set_operation(house, made, state=OperationState.PARKED, attempts=1, error="ErrorInvalid")
    rejected = await open_conflict(house, made, ConflictKind.REJECTED)
    edit = await open_conflict(house, made, ConflictKind.EDIT)
    saved = await house.service.change(AS_LISI, made.id, EventPatch())
    after = await known(house, made)
    assert [(each.kind, each.key) for each in after.operations] == [(OperationKind.CREATE, saved.key)]
    assert saved.key != parked.key
    decided = await conflict_of(house, rejected)
    assert (decided.kept, decided.resolved_by, decided.resolved_at) == (Side.LOCAL, "unix:lisi", house.clock.now())
    assert [each.id for each in after.conflicts] == [edit.id]


async def test_saving_what_was_cancelled_here_and_edited_there_lets_it_stand(house: House) -> None:
    made = await agreed(house)
    conflict = await open_conflict(house, made, ConflictKind.EDIT_VS_DELETE)
    await house.service.change(AS_LISI, made.id, EventPatch(title="Still on"))
    assert (await conflict_of(house, conflict)).kept is Side.EXCHANGE


async def test_an_event_seen_in_the_rooms_calendar_alone_is_updated_and_not_made_again(house: House) -> None:
    made = event(origin=Origin.EXCHANGE, organizer=LISI, content=content(), base=content())
    copy = Item(mailbox=GUANGHAN, ref=ItemRef(item_id="room copy", change_key="1"), event=made.id)
    async with house.store.write() as tables:
        await tables.events.put([made])
        await tables.items.put([copy])
    await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    assert [each.kind for each in (await known(house, made)).operations] == [OperationKind.UPDATE]


async def test_single_occurrences_of_a_series_nobody_knows_are_left_to_outlook(house: House) -> None:
    made = await agreed(house)
    alone = replace(made.content, series=Series(recurrence=None))
    async with house.store.write() as tables:
        await tables.events.put([replace(made, content=alone, base=alone)])
    with pytest.raises(NotAllowed, match="only single occurrences are known"):
        await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    with pytest.raises(NotAllowed, match="only single occurrences are known"):
        await house.service.cancel(AS_LISI, made.id)


async def test_cancelling_frees_the_room_keeps_the_record_and_tells_exchange(house: House) -> None:
    made = await agreed(house)
    double = await open_conflict(house, made, ConflictKind.DOUBLE_BOOKING)
    cancelled = await house.service.cancel(AS_LISI, made.id)
    assert (cancelled.status, cancelled.version, cancelled.content) == (EventStatus.CANCELLED, 2, made.content)
    after = await known(house, made)
    assert (after.event, after.occupancies, after.conflicts) == (cancelled, [], [])
    assert [(each.kind, each.mailbox) for each in after.operations] == [(OperationKind.CANCEL, LISI)]
    assert (await conflict_of(house, double)).resolved_by == "unix:lisi"
    async with house.store.read() as tables:
        kinds = [entry.kind for entry in await tables.changes.of_event(made.id)]
    assert kinds[-2:] == [ChangeKind.CANCELLED, ChangeKind.CONFLICT_RESOLVED]
    assert await house.service.cancel(AS_LISI, made.id) == cancelled
    assert len((await known(house, made)).operations) == 1


async def test_cancelling_drops_a_change_that_was_not_sent_and_follows_one_that_was(house: House) -> None:
    unsent, sent = await agreed(house), await agreed(house, rooms=("Attic",))
    for made in (unsent, sent):
        await house.service.change(AS_LISI, made.id, EventPatch(title="Other"))
    update = await set_operation(house, sent, state=OperationState.UNKNOWN, attempts=1, sent_at=NINE)
    for made in (unsent, sent):
        await house.service.cancel(AS_LISI, made.id)
    assert [each.kind for each in (await known(house, unsent)).operations] == [OperationKind.CANCEL]
    first, second = (await known(house, sent)).operations
    assert (first, second.kind) == (update, OperationKind.CANCEL)


async def test_cancelling_after_the_create_was_sent_follows_it(house: House) -> None:
    made = await house.service.book(AS_LISI, booking())
    await set_operation(house, made, state=OperationState.UNKNOWN, attempts=1, sent_at=NINE)
    await house.service.cancel(AS_LISI, made.id)
    kinds = [each.kind for each in (await known(house, made)).operations]
    assert kinds == [OperationKind.CREATE, OperationKind.CANCEL]
