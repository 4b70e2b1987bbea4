import asyncio
import os
import sys
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from shutil import copy

import msgspec
import pytest
from msgspec.structs import replace

from daemon.live_daemon import ME, ROOM, TOMORROW, LiveDaemon, a_booking, live_daemon
from roomd_core.api import params, wire
from roomd_core.api.client import ProblemError
from roomd_core.model import Conflict, ConflictKind, Content, EventStatus, Side, Trigger
from roomd_core.sync.remote import Busy, ExchangeUnavailable, Rejected

AWAY = ExchangeUnavailable("mail.example.com cannot be reached: check endpoint and the network")


async def test_the_status_tells_who_asks_and_how_everything_is(daemon: LiveDaemon) -> None:
    status = await daemon.client.status()
    assert (status.caller, status.acts_as, status.may_act_for_all) == (f"unix:{ME}", "zhangsan@example.com", True)
    assert status.exchange.health is wire.Health.OK
    assert status.exchange.endpoint == "https://mail.example.com/EWS/Exchange.asmx"
    assert [each.mailbox.address for each in status.mailboxes][:2] == [ROOM, "zhangsan@example.com"]
    assert {each.health for each in status.mailboxes} == {wire.Health.OK}
    assert status.last_run is not None
    assert status.next_run_at is not None
    assert timedelta(0) < status.next_run_at - status.now <= timedelta(minutes=10)


async def test_a_daemon_starts_and_says_so_when_exchange_is_away(daemon: LiveDaemon) -> None:
    daemon.exchange.error = AWAY
    await daemon.client.sync(wait=True)
    exchange = (await daemon.client.status()).exchange
    assert (exchange.health, exchange.message) == (wire.Health.FAILING, str(AWAY))


async def test_rooms_and_people_are_listed_in_the_order_of_the_configuration(daemon: LiveDaemon) -> None:
    rooms, people = await daemon.client.rooms(), await daemon.client.people()
    assert [each.mailbox.name for each in rooms.mailboxes] == ["2楼广寒宫"]
    assert [each.mailbox.address for each in people.mailboxes] == ["zhangsan@example.com", "lisi@example.com"]
    assert (await daemon.client.mailboxes()).mailboxes == (*rooms.mailboxes, *people.mailboxes)


async def test_a_booking_is_answered_when_it_is_stored(daemon: LiveDaemon) -> None:
    daemon.exchange.open.clear()
    booked = await daemon.client.book(a_booking())
    assert (booked.state, booked.title, booked.organizer) == (
        wire.EventState.PENDING,
        "Weekly",
        "zhangsan@example.com",
    )
    assert [room.address for room in booked.rooms] == [ROOM]


async def test_waiting_for_a_booking_ends_when_exchange_has_it(daemon: LiveDaemon) -> None:
    daemon.exchange.open.clear()
    booking = asyncio.create_task(daemon.client.book(a_booking(), wait=True))
    async with aclosing(daemon.client.stream()) as notices:
        async for notice in notices:
            if notice.events or (notice.status and notice.status.outbox.queued):
                break
    assert not booking.done()
    daemon.exchange.open.set()
    assert (await booking).state is wire.EventState.SYNCED
    assert daemon.exchange.written == ["zhangsan@example.com"]


async def test_waiting_ends_when_exchange_refuses_for_good(daemon: LiveDaemon) -> None:
    daemon.exchange.open.clear()
    booking = asyncio.create_task(daemon.client.book(a_booking(), wait=True))
    while not (await daemon.client.changes(wait=5)).changes:
        pass
    daemon.exchange.error = Rejected("the quota is exceeded")
    daemon.exchange.open.set()
    refused = await booking
    assert refused.state is wire.EventState.REFUSED
    assert "quota" in refused.note


async def test_waiting_has_an_end(daemon: LiveDaemon) -> None:
    daemon.exchange.open.clear()
    booked = await daemon.client.book(a_booking(), wait=True, patience=0.05)
    assert booked.state is wire.EventState.PENDING


async def test_the_same_request_twice_books_once(daemon: LiveDaemon) -> None:
    first = await daemon.client.book(a_booking(), idempotency_key="k-1")
    again = await daemon.client.book(a_booking(), idempotency_key="k-1")
    assert again.id == first.id


async def test_a_booking_is_on_the_timeline(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking(), wait=True)
    query = params.TimelineQuery(start=TOMORROW, end=TOMORROW + timedelta(hours=2), room=("2楼广寒宫", ROOM))
    (row,) = (await daemon.client.timeline(query)).rooms
    (span,) = row.occupancies
    assert (span.event, span.title, span.mine) == (booked.id, "Weekly", True)


async def test_a_day_is_a_day_in_its_zone(daemon: LiveDaemon) -> None:
    day = await daemon.client.timeline(params.TimelineQuery(day=TOMORROW.date(), zone="Asia/Shanghai"))
    assert day.end - day.start == timedelta(hours=24)
    assert day.start.hour == 16


async def test_an_event_is_changed_and_its_version_grows(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking(), wait=True)
    patch = wire.EventPatch(title="Monthly")
    changed = await daemon.client.change(booked.id, patch, version=booked.version, wait=True)
    assert (changed.title, changed.state) == ("Monthly", wire.EventState.SYNCED)
    assert changed.version > booked.version
    assert await daemon.client.event(booked.id) == changed


async def test_the_entity_tag_is_the_version(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking())
    answer = await daemon.http.get(f"/v1/events/{booked.id}")
    version = (await daemon.client.event(booked.id)).version
    assert answer.headers["etag"] == f'"{version}"'


async def test_what_was_made_says_where_it_is(daemon: LiveDaemon) -> None:
    answer = await daemon.http.post(
        "/v1/events", content=msgspec.json.encode(a_booking()), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/events/{answer.json()['id']}")


async def test_a_change_of_what_has_changed_meanwhile_is_refused(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking(), wait=True)
    await daemon.client.change(booked.id, wire.EventPatch(title="First"), wait=True)
    with pytest.raises(ProblemError) as refused:
        await daemon.client.change(booked.id, wire.EventPatch(title="Second"), version=booked.version)
    assert (refused.value.problem.type, refused.value.problem.status) == ("urn:roomd:problem:version-mismatch", 412)


async def test_a_cancelled_event_frees_its_room(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking(), wait=True)
    cancelled = await daemon.client.cancel(booked.id, wait=True)
    assert (cancelled.status, cancelled.state) == (EventStatus.CANCELLED, wire.EventState.CANCELLED)
    assert (await daemon.client.book(a_booking("Instead"))).title == "Instead"


async def test_a_taken_room_says_by_whom_and_until_when(daemon: LiveDaemon) -> None:
    await daemon.client.book(a_booking())
    with pytest.raises(ProblemError) as refused:
        await daemon.client.book(a_booking("Too late", hours=0.5))
    problem = refused.value.problem
    assert (problem.type, problem.status, problem.room) == ("urn:roomd:problem:room-taken", 409, ROOM)
    assert problem.holder == "zhangsan@example.com"
    assert problem.until == TOMORROW + timedelta(hours=1)


async def test_what_free_busy_knows_counts(daemon: LiveDaemon) -> None:
    daemon.exchange.busy = [Busy(mailbox=ROOM, start=TOMORROW, end=TOMORROW + timedelta(hours=1))]
    with pytest.raises(ProblemError) as refused:
        await daemon.client.book(a_booking())
    assert refused.value.problem.status == 409


async def test_two_bookings_of_one_slot_at_once_have_one_winner(daemon: LiveDaemon) -> None:
    asked = [daemon.client.book(a_booking(str(number))) for number in range(5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, wire.EventView) for answer in answers) == 1
    assert {answer.problem.status for answer in answers if isinstance(answer, ProblemError)} == {409}


async def test_a_run_by_hand_is_waited_for_or_not(daemon: LiveDaemon) -> None:
    begun = await daemon.client.sync()
    ended = await daemon.client.sync(wait=True)
    assert begun.trigger is ended.trigger is Trigger.HAND
    assert ended.finished_at is not None
    newest = (await daemon.client.runs(limit=1)).runs[0]
    assert newest.id == ended.id


async def test_the_change_feed_tells_who_did_what(daemon: LiveDaemon) -> None:
    booked = await daemon.client.book(a_booking(), wait=True)
    changes = await daemon.client.changes()
    first = changes.changes[0]
    assert (first.event, first.actor, first.kind) == (booked.id, f"unix:{ME}", "created")
    assert changes.next == changes.changes[-1].seq
    assert (await daemon.client.changes(since=changes.next)).changes == ()


async def test_the_change_feed_tells_every_field_of_what_was_booked(daemon: LiveDaemon) -> None:
    await daemon.client.book(a_booking(), wait=True)
    first = (await daemon.http.get("/v1/changes")).json()["changes"][0]
    assert set(first["after"]) == set(Content.__struct_fields__)


async def test_waiting_for_a_change_ends_with_it(daemon: LiveDaemon) -> None:
    waiting = asyncio.create_task(daemon.client.changes(wait=30))
    booked = await daemon.client.book(a_booking())
    assert (await waiting).changes[0].event == booked.id


async def test_there_are_no_conflicts_yet(daemon: LiveDaemon) -> None:
    assert (await daemon.client.conflicts(all=True)).conflicts == ()
    with pytest.raises(ProblemError) as refused:
        await daemon.client.conflict("none")
    assert refused.value.problem.status == 404


ASK_AS_NOBODY = """
import asyncio, os, sys
from pathlib import Path
from shutil import copy
import msgspec
from roomd_core.api import client, wire
async def ask():
    async with client.Client(Path(sys.argv[1])) as asking:
        status = await asking.status()
        print(status.caller, status.acts_as, status.may_act_for_all)
        event = await asking.event(sys.argv[2])
        print(event.title)
        for attempt in (asking.cancel(event.id), asking.resolve("none", "local"), asking.sign_in()):
            try: await attempt
            except client.ProblemError as refused: print(refused.problem.status)
        changes = await asking.changes()
        print({change.after for change in changes.changes})
async def load_everything():
    async with client.Client(Path(sys.argv[1])) as asking: await asking.status()
asyncio.run(load_everything())  # nobody may not read this interpreter's folder
os.setgid(65534); os.setuid(65534)
asyncio.run(ask())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as somebody else")
async def test_somebody_else_is_known_by_the_kernels_word_and_sees_only_what_is_theirs(public_folder: Path) -> None:
    async with live_daemon(public_folder) as daemon:
        private = await daemon.client.book(replace(a_booking("Salary"), private=True), wait=True)
        daemon.socket.chmod(0o666)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ASK_AS_NOBODY, str(daemon.socket), private.id, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await child.communicate()
    assert out.decode().splitlines() == ["unix:nobody None False", "Private", "403", "404", "403", "{None}"]


async def test_a_plan_tells_what_waits_while_exchange_is_away(daemon: LiveDaemon) -> None:
    daemon.exchange.error = AWAY
    await daemon.client.sync(wait=True)
    async with daemon.store.read() as tables:
        assert (await tables.operations.summary()).queued == 0
    assert await daemon.client.plan() == wire.Plan(writes=(), events=(), held=str(AWAY))

    daemon.exchange.error = None
    daemon.exchange.open.clear()
    booked = await daemon.client.book(a_booking())
    daemon.exchange.error = AWAY
    plan = await daemon.client.plan(read=True)
    assert [(write.event, write.kind, write.mails) for write in plan.writes] == [(booked.id, "create", (ROOM,))]
    assert [event.title for event in plan.events] == ["Weekly"]
    assert plan.held == str(AWAY)


async def test_mailboxes_are_compared_with_exchanges_own_view_on_demand(daemon: LiveDaemon) -> None:
    await daemon.client.book(a_booking(), wait=True)
    audit = await daemon.client.audit("ZhangSan@example.com")
    assert [(each.address, each.findings) for each in audit.mailboxes] == [("zhangsan@example.com", ())]
    assert audit.mailboxes[0].audited_at is not None
    assert len((await daemon.client.audits()).mailboxes) == 3
    with pytest.raises(ProblemError, match=r"no room or person nobody@example\.com"):
        await daemon.client.audits("nobody@example.com")
    daemon.exchange.error = AWAY
    with pytest.raises(ProblemError, match="cannot be reached"):
        await daemon.client.audit()


async def test_a_store_put_back_from_a_backup_sends_nothing_until_it_is_released(tmp_path: Path) -> None:
    async with live_daemon(tmp_path):
        pass
    backup = copy(tmp_path / "state" / "roomd.db", tmp_path / "backup")
    async with live_daemon(tmp_path):
        pass
    copy(backup, tmp_path / "state" / "roomd.db")
    async with live_daemon(tmp_path) as daemon:
        assert "backup" in (await daemon.client.status()).quarantine
        booked = await daemon.client.book(a_booking())
        await daemon.client.sync(wait=True)
        assert (await daemon.client.event(booked.id)).state is wire.EventState.PENDING
        assert (await daemon.client.release()).quarantine == ""
        async with asyncio.timeout(10):
            seq = 0
            while (await daemon.client.event(booked.id)).state is not wire.EventState.SYNCED:
                seq = await daemon.store.wait_beyond(seq)


async def test_a_conflict_is_decided_as_it_was_read_by_who_may_and_about_a_mailbox_too(daemon: LiveDaemon) -> None:
    asked = Conflict(
        id="c1", mailbox="lisi@example.com", kind=ConflictKind.MASS_DELETE, summary="2 of 2 items are missing.",
        missing=("e1", "e2"), opened_at=TOMORROW,
    )  # fmt: skip
    async with daemon.store.write() as tables:
        await tables.conflicts.put(asked)
    read = await daemon.http.get("/v1/conflicts/c1")
    assert read.headers["ETag"] == '"2"'
    told = await daemon.client.conflict("c1")
    assert (told.event, told.mailbox, told.about, told.missing_count) == (
        None, "lisi@example.com", "lisi@example.com", 2
    )  # fmt: skip
    with pytest.raises(ProblemError) as refused:
        await daemon.client.resolve("c1", Side.EXCHANGE, version=1)
    assert refused.value.problem.status == 412
    with pytest.raises(ProblemError) as refused:
        await daemon.client.resolve("c1", Side.LOCAL, room=ROOM)
    assert refused.value.problem.field == "room"
    decided = await daemon.client.resolve("c1", Side.EXCHANGE, version=2)
    assert (decided.kept, decided.resolved_by, decided.choices) == (Side.EXCHANGE, f"unix:{ME}", {})
    told_of = [each for each in (await daemon.client.changes()).changes if each.event is None]
    assert [(each.kind, each.mailbox) for each in told_of] == [("conflict-resolved", "lisi@example.com")]


async def test_nothing_is_sent_where_the_configuration_says_so(tmp_path: Path) -> None:
    async with live_daemon(tmp_path, more="[sync]\nsend = false\n") as daemon:
        assert any("send = false" in warning for warning in (await daemon.client.status()).warnings)
        booked = await daemon.client.book(a_booking())
        await daemon.client.sync(wait=True)
        assert daemon.exchange.written == []
        plan = await daemon.client.plan()
        assert [(write.event, write.mails) for write in plan.writes] == [(booked.id, (ROOM,))]
        assert "send = false" in plan.held
    async with live_daemon(tmp_path) as daemon:
        await daemon.client.sync(wait=True)
        assert (await daemon.client.event(booked.id)).state is wire.EventState.SYNCED
        assert daemon.exchange.written == ["zhangsan@example.com"]
