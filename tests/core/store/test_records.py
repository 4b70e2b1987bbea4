from datetime import timedelta

from msgspec.structs import replace

from core.store.samples import (
    ATTIC,
    EMMA,
    EVERY_TUESDAY,
    GUANGHAN,
    LISI,
    NINE,
    OFFICE,
    PEOPLE,
    ROOMS,
    TEN,
    ZHANGSAN,
    content,
    event,
)
from roomd_core.ids import new_id
from roomd_core.model import (
    Answer,
    Attendee,
    Conflict,
    ConflictKind,
    EventStatus,
    Freshness,
    Item,
    ItemKind,
    ItemRef,
    MailboxError,
    Origin,
    Reply,
    Response,
    Role,
    Sensitivity,
    ShowAs,
    Side,
    Trigger,
)
from roomd_core.store import Store, StoredRequest


async def test_mailboxes_are_listed_in_the_order_of_the_configuration(store: Store) -> None:
    async with store.write() as tables:
        await tables.mailboxes.configure([*PEOPLE, *ROOMS])
        assert await tables.mailboxes.all() == [*PEOPLE, *ROOMS]
        assert await tables.mailboxes.get(GUANGHAN) == ROOMS[0]
        assert await tables.mailboxes.get("nobody@example.com") is None


async def test_a_mailbox_that_is_no_longer_configured_is_remembered_and_not_listed(store: Store) -> None:
    async with store.write() as tables:
        await tables.mailboxes.set_sync_state(GUANGHAN, "state")
        await tables.mailboxes.configure(PEOPLE)
        assert await tables.mailboxes.all() == PEOPLE
        assert await tables.mailboxes.get(GUANGHAN) is None
        assert GUANGHAN not in await tables.mailboxes.freshness()
        await tables.mailboxes.configure(OFFICE)
        assert await tables.mailboxes.sync_state(GUANGHAN) == "state"


async def test_how_well_a_mailbox_is_known_is_told(store: Store) -> None:
    async with store.write() as tables:
        await tables.mailboxes.note_read(GUANGHAN, NINE)
        await tables.mailboxes.note_failure(GUANGHAN, TEN, "no such mailbox")
        known = await tables.mailboxes.freshness()
        assert known[GUANGHAN] == Freshness(address=GUANGHAN, read_at=NINE, tried_at=TEN, error="no such mailbox")
        assert known[ATTIC] == Freshness(address=ATTIC)
        await tables.mailboxes.note_read(GUANGHAN, TEN)
        assert (await tables.mailboxes.freshness())[GUANGHAN].error is None


async def test_everything_about_an_event_survives(store: Store) -> None:
    full = content(
        start=NINE + timedelta(microseconds=5), zone="Asia/Shanghai", all_day=True, location="顶楼", body="Tea 🍵",
        sensitivity=Sensitivity.CONFIDENTIAL, show_as=ShowAs.AWAY, reminder=15, categories=("red",),
        attendees=(Attendee(address=LISI), Attendee(address=EMMA, role=Role.OPTIONAL)), series=EVERY_TUESDAY,
    )  # fmt: skip
    made = event(
        origin=Origin.EXCHANGE, content=full, base=content(), status=EventStatus.CANCELLED,
        responses=(Response(address=LISI, answer=Answer.TENTATIVE, at=NINE),), global_id=bytes(range(256)),
        key="key", title_is_organizer=True, version=7,
    )  # fmt: skip
    async with store.write() as tables:
        await tables.events.put([event(id=made.id), event()])
        await tables.events.put([made])
        assert await tables.events.get(made.id) == made
        assert await tables.events.many([made.id, "unknown"]) == {made.id: made}
        assert await tables.events.by_global_id([bytes(range(256)), b"other"]) == {made.global_id: made}
        assert await tables.events.by_key(["key", "other"]) == {"key": made}
        assert await tables.events.by_uid([made.uid]) == {made.uid: made}
        assert await tables.events.get("unknown") is None


async def test_the_series_in_a_mailbox_are_those_that_stand(store: Store) -> None:
    weekly = content(series=EVERY_TUESDAY)
    gone = event(content=weekly, status=EventStatus.CANCELLED)
    made = [event(content=weekly), gone, event(), event(content=weekly)]
    async with store.write() as tables:
        await tables.events.put(made)
        for number, (each, mailbox) in enumerate(zip(made, [GUANGHAN, GUANGHAN, GUANGHAN, ATTIC], strict=True)):
            ref = ItemRef(item_id=f"item {number}", change_key="1")
            await tables.items.put([Item(mailbox=mailbox, ref=ref, event=each.id)])
        assert await tables.events.recurring(GUANGHAN) == [made[0].id]
        assert await tables.events.recurring(ATTIC) == [made[3].id]


async def test_items_compare_byte_for_byte(store: Store) -> None:
    async with store.write() as tables:
        made = event()
        await tables.events.put([made])
        ids = ["AAMkA=", "aamka=", "AAMkA"]
        copies = [Item(mailbox=ZHANGSAN, ref=ItemRef(item_id=each, change_key="1"), event=made.id) for each in ids]
        await tables.items.put(copies)
        assert await tables.items.get_many(ZHANGSAN, ids[:1]) == {ids[0]: copies[0]}
        assert await tables.items.get_many(LISI, ids) == {}
        await tables.items.remove(ZHANGSAN, ids[:1])
        assert {item.ref.item_id for item in await tables.items.of_event(made.id)} == set(ids[1:])


async def test_everything_about_an_item_survives_a_change(store: Store) -> None:
    async with store.write() as tables:
        made, other = event(), event()
        await tables.events.put([made, other])
        seen = Item(
            mailbox=GUANGHAN, ref=ItemRef(item_id="id", change_key="2"), event=made.id, kind=ItemKind.MASTER,
            is_organizer=True, answer=Answer.DECLINED, modified_at=NINE, original_start=TEN,
            replies=tuple(Reply(original_start=each, answer=Answer.DECLINED) for each in (NINE, TEN)),
        )  # fmt: skip
        await tables.items.put([Item(mailbox=GUANGHAN, ref=ItemRef(item_id="id", change_key="1"), event=other.id)])
        await tables.items.put([seen])
        assert await tables.items.of_mailbox(GUANGHAN) == [seen]
        assert await tables.items.of_events([made.id, other.id]) == {made.id: [seen], other.id: []}


async def test_a_conflict_is_open_until_it_is_decided_and_then_kept(store: Store) -> None:
    async with store.write() as tables:
        mine, other, quiet = event(), event(), event()
        await tables.events.put([mine, other, quiet])
        conflict = Conflict(
            id=new_id(), event=mine.id, kind=ConflictKind.DOUBLE_BOOKING, summary="Two at once.", units=("time",),
            base=content(title="a"), local=content(title="b"), remote=content(title="c"), other=other.id,
            room=GUANGHAN, opened_at=NINE,
        )  # fmt: skip
        await tables.conflicts.put(conflict)
        assert await tables.conflicts.open_of_event(mine.id) == [conflict]
        assert await tables.conflicts.open_of_events([mine.id, other.id, quiet.id]) == {
            mine.id: [conflict],
            other.id: [conflict],
            quiet.id: [],
        }
        assert await tables.conflicts.count_open() == 1
        decided = replace(conflict, resolved_at=TEN, kept=Side.LOCAL, resolved_by="unix:lisi")
        await tables.conflicts.put(decided)
        assert await tables.conflicts.open_of_event(mine.id) == []
        assert await tables.conflicts.listing(resolved=False) == []
        assert await tables.conflicts.listing(resolved=True) == [decided]
        assert await tables.conflicts.get(conflict.id) == decided
        assert await tables.conflicts.count_open() == 0


async def test_runs_are_listed_the_newest_first(store: Store) -> None:
    async with store.write() as tables:
        first = await tables.runs.begin(Trigger.START, NINE)
        second = await tables.runs.begin(Trigger.HAND, TEN)
        done = replace(
            first, finished_at=TEN, mailboxes=6, fetched=5, created=4, changed=3, deleted=2, pushed=1, conflicts=7,
            errors=(MailboxError(mailbox=ATTIC, message="moved"),),
        )  # fmt: skip
        await tables.runs.put(done)
        assert await tables.runs.newest(5) == [second, done]
        assert await tables.runs.newest(1) == [second]


async def test_a_request_is_known_to_its_caller_until_it_is_forgotten(store: Store) -> None:
    async with store.write() as tables:
        made = event()
        await tables.events.put([made])
        request = StoredRequest(caller="unix:lisi", key="k", digest="d", event=made.id, at=NINE)
        await tables.requests.add(request)
        assert await tables.requests.get("unix:lisi", "k") == request
        assert await tables.requests.get("unix:zhangsan", "k") is None
        await tables.requests.forget_before(TEN)
        assert await tables.requests.get("unix:lisi", "k") is None
