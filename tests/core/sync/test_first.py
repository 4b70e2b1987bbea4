"""The short way for plain first copies comes to exactly what the long way comes to, whatever else its page holds."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomd_core.model import Answer, ItemKind, ItemRef, Mailbox, MailboxKind, Sensitivity, ShowAs
from roomd_core.sync import plan
from roomd_core.sync.case import Revision, Setting
from roomd_core.sync.match import Cases
from roomd_core.sync.plan import plan_pull
from roomd_core.sync.remote import ChangePage, RemoteItem
from roomd_core.sync.window import Window

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ROOM = Mailbox(address="moon@example.com", kind=MailboxKind.ROOM, name="Moon")
PERSON = Mailbox(address="ann@example.com", kind=MailboxKind.PERSON, name="Ann")
STRANGER = Mailbox(address="gone@example.com", kind=MailboxKind.ROOM, name="Not listed")
LISTED = {mailbox.address: mailbox for mailbox in (ROOM, PERSON)}

INSTALLATION = "0a1b"
FORGOTTEN = f"{INSTALLATION}.key"

few = st.integers(0, 3)
moments = st.integers(-40 * 24, 40 * 24).map(lambda hours: NOW + timedelta(hours=hours, microseconds=hours % 2))


@st.composite
def copies(draw: st.DrawFn) -> RemoteItem:
    start = draw(moments)
    return RemoteItem(
        ref=ItemRef(item_id=f"item-{draw(few)}", change_key=f"key-{draw(few)}"),
        kind=draw(st.sampled_from([ItemKind.SINGLE, ItemKind.SINGLE, ItemKind.EXCEPTION, ItemKind.MASTER])),
        uid=draw(st.none() | few.map("uid-{}".format) | few.map("{}@roomd".format)),
        global_id=draw(st.none() | few.map(lambda number: bytes([number]))),
        own_key=draw(st.none() | few.map("roomd-{}".format) | st.just(FORGOTTEN)),
        organizer=draw(st.sampled_from(["ann@example.com", "bob@example.com"])),
        organizer_name=draw(st.sampled_from(["", "Ann"])),
        is_organizer=draw(st.booleans()),
        is_meeting=draw(st.booleans()),
        is_cancelled=draw(st.sampled_from([False, False, True])),
        answer=draw(st.sampled_from(Answer)),
        title=draw(st.sampled_from(["Ann", " Ann ", "Standup", ""])),
        start=start,
        end=start + timedelta(hours=draw(few)),
        zone="Asia/Shanghai",
        all_day=draw(st.booleans()),
        location=draw(st.sampled_from(["", "Moon "])),
        sensitivity=draw(st.sampled_from(Sensitivity)),
        show_as=draw(st.sampled_from(ShowAs)),
        reminder=draw(st.none() | few),
        categories=tuple(draw(st.lists(st.sampled_from("ba"), max_size=3))),
        modified_at=draw(st.none() | moments),
        original_start=draw(st.sampled_from([None, None, None, NOW])),
    )


pages = st.builds(
    lambda changed, deleted: ChangePage(state="1", changed=tuple(changed), deleted=tuple(deleted), last=True),
    st.lists(copies(), max_size=6),
    st.lists(few.map("item-{}".format), max_size=2),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(pages, min_size=1, max_size=3), st.sampled_from([ROOM, PERSON, STRANGER]))
def test_the_short_way_leads_where_the_long_one_does(feed: list[ChangePage], mailbox: Mailbox) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "is_plain", lambda *_: False)
        long = follow(feed, mailbox)
    assert follow(feed, mailbox) == long


def follow(feed: list[ChangePage], mailbox: Mailbox) -> list[tuple[Revision, ...]]:
    """Plan page after page, each from what the pages before it came to."""
    numbers = count(1)
    setting = Setting(
        mailboxes=LISTED,
        now=NOW,
        window=Window(),
        new_id=lambda: f"id-{next(numbers)}",
        patience=timedelta(minutes=2),
        installation=INSTALLATION,
    )
    known: dict[str, Revision] = {}
    planned = []
    for page in feed:
        planned.append(plan_pull(page, Cases(r.after for r in known.values()), mailbox, setting))
        known.update({revision.after.event.id: revision for revision in planned[-1]})
    return planned
