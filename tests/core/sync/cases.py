"""Cases to decide about: one event with its copies, made without a store and without an Exchange."""

from datetime import datetime, timedelta
from itertools import count

from msgspec.structs import replace

from core.sync.house import LAKE, LI, MOON, NOW, ZHANG, meeting
from roomd_core.model import (
    Answer,
    Conflict,
    ConflictKind,
    Content,
    Event,
    EventStatus,
    Item,
    ItemKind,
    ItemRef,
    Mailbox,
    MailboxKind,
    Operation,
    OperationKind,
    OperationState,
    Origin,
)
from roomd_core.recurrence import Daily, Numbered, Recurrence, Series
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.observe import observe, observe_absence
from roomd_core.sync.remote import Detail, RemoteItem
from roomd_core.sync.window import Window

PLAN = meeting("Planning", 10, 11)
WEEKLY = Series(
    recurrence=Recurrence(pattern=Daily(interval=7), first=PLAN.start.date(), range=Numbered(count=4)),
)
SERIES = replace(PLAN, series=WEEKLY)
SECOND = PLAN.start + timedelta(days=7)
"""The original start of the second occurrence."""
PATIENCE = timedelta(minutes=5)


def setting(now: datetime = NOW) -> Setting:
    kinds = {ZHANG: MailboxKind.PERSON, LI: MailboxKind.PERSON, MOON: MailboxKind.ROOM, LAKE: MailboxKind.ROOM}
    listed = {address: Mailbox(address=address, kind=kind, name=address) for address, kind in kinds.items()}
    ids = map("id-{}".format, count(1))
    return Setting(
        mailboxes=listed, now=now, window=Window(), new_id=lambda: next(ids), patience=PATIENCE, installation="here"
    )


def event(content: Content = PLAN, *, base: Content | None = PLAN, origin: Origin = Origin.LOCAL) -> Event:
    return Event(
        id="plan",
        origin=origin,
        organizer=ZHANG,
        content=content,
        base=base,
        uid="plan@roomd",
        key="here.key",
        created_at=NOW,
        changed_at=NOW - timedelta(days=1),
    )


def copy(mailbox: str = ZHANG, **fields: object) -> Item:
    organizer = mailbox == ZHANG
    known = Item(
        mailbox=mailbox,
        ref=ItemRef(item_id=f"item-{mailbox}", change_key="1"),
        event="plan",
        is_organizer=organizer,
        answer=Answer.ACCEPTED,
        start=PLAN.start,
        end=PLAN.end,
    )
    return replace(known, **fields)


def operation(kind: OperationKind = OperationKind.UPDATE, **fields: object) -> Operation:
    asked = Operation(id=1, event="plan", mailbox=ZHANG, kind=kind, key="here.key", payload=PLAN, created_at=NOW)
    return replace(asked, **fields)


def parked(kind: OperationKind = OperationKind.UPDATE) -> Operation:
    return operation(kind, state=OperationState.PARKED, error="refused")


def conflict(kind: ConflictKind, **fields: object) -> Conflict:
    opened = Conflict(id="conflict", event="plan", kind=kind, summary="Something.", opened_at=NOW)
    return replace(opened, **fields)


def seen(mailbox: str = ZHANG, **fields: object) -> RemoteItem:
    """Return an item as a full reading tells it."""
    told = RemoteItem(
        ref=ItemRef(item_id=f"item-{mailbox}", change_key="2"),
        kind=ItemKind.SINGLE,
        uid="plan@roomd",
        global_id=None,
        own_key=None,
        organizer=ZHANG,
        organizer_name="",
        is_organizer=mailbox == ZHANG,
        is_meeting=True,
        is_cancelled=False,
        answer=Answer.ACCEPTED,
        title=PLAN.title,
        start=PLAN.start,
        end=PLAN.end,
        zone=PLAN.zone,
        all_day=False,
        location=PLAN.location,
        sensitivity=PLAN.sensitivity,
        show_as=PLAN.show_as,
        reminder=PLAN.reminder,
        categories=PLAN.categories,
        modified_at=None,
        detail=Detail(body=PLAN.body, rooms=PLAN.rooms),
    )
    return replace(told, **fields)


def case(*items: Item, of: Event | None = None, **fields: object) -> Case:
    return replace(Case(event=of or event(), items=items), **fields)


LATER = setting(NOW + timedelta(hours=1))
RENAMED = replace(PLAN, title="Renamed")


def called_off(of: Event | None = None) -> Event:
    return replace(of or event(), status=EventStatus.CANCELLED)


def saw(known: Case, told: RemoteItem, mailbox: str = ZHANG, *, by: Setting = LATER) -> Case:
    return observe(known, by.mailboxes[mailbox], told, by)


def lost(known: Case, item: Item, *, withdrawn: bool = False) -> Case:
    if withdrawn:
        return observe_absence(known, item.mailbox, item.ref.item_id, LATER, withdrawn=True)
    return observe_absence(known, item.mailbox, item.ref.item_id, LATER)


def answers(of: Case) -> dict[str, Answer]:
    return {said.address: said.answer for said in of.event.responses}
