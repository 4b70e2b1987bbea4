"""Finding the event a copy belongs to, among the cases that were loaded. Pure but for its own bookkeeping."""

from collections.abc import Iterable

from roomd_core.model import Item
from roomd_core.sync.case import Case
from roomd_core.sync.remote import RemoteItem


class Cases:
    """The cases a page of changes may concern, with every way to find one. Grows while a page is worked through."""

    def __init__(self, cases: Iterable[Case] = ()) -> None:
        self._before = {case.event.id: case for case in cases}
        self._now: dict[str, Case] = {}
        self._by_item: dict[tuple[str, str], str] = {}
        self._by_key: dict[str, str] = {}
        self._by_global_id: dict[bytes, str] = {}
        self._by_uid: dict[str, str] = {}
        for case in self._before.values():
            self.put(case)

    def put(self, case: Case) -> None:
        """Take a new version of a case, or a new one."""
        event = case.event
        self._now[event.id] = case
        self._by_uid[event.uid] = event.id
        if event.key:
            self._by_key[event.key] = event.id
        if event.global_id:
            self._by_global_id[event.global_id] = event.id
        for item in case.items:
            self._by_item[item.mailbox, item.ref.item_id] = event.id

    def holding(self, mailbox: str, item_id: str) -> Case | None:
        """Return the case with this copy."""
        return self._now.get(self._by_item.get((mailbox, item_id), ""))

    def item(self, mailbox: str, item_id: str) -> Item | None:
        """Return what is remembered of a copy."""
        case = self.holding(mailbox, item_id)
        found = (i for i in case.items if (i.mailbox, i.ref.item_id) == (mailbox, item_id)) if case else ()
        return next(iter(found), None)

    def matching(self, mailbox: str, seen: RemoteItem) -> Case | None:
        """Find the case of a copy: by its item id, else by our key, by Exchange's global id, by uid."""
        return (
            self.holding(mailbox, seen.ref.item_id)
            or self._made_with(seen)
            or self._now.get(self._by_global_id.get(seen.global_id or b"", ""))
            or self._same_uid(seen)
        )

    def twin(self, case: Case, seen: RemoteItem) -> Case | None:
        """Find another case that turns out to be the same meeting, begun when less was known of one of its copies."""
        other = self._now.get(self._by_global_id.get(seen.global_id or b"", ""))
        return other if other and other.event.id != case.event.id and case.event.global_id is None else None

    def is_echo(self, mailbox: str, seen: RemoteItem) -> bool:
        """Say whether a copy is known exactly as it is: our own write coming back, or nothing new."""
        item = self.item(mailbox, seen.ref.item_id)
        if item is None or item.missing or item.ref.change_key != seen.ref.change_key:
            return False
        case = self._now[item.event]
        return case.event.global_id is not None or seen.global_id is None

    def touched(self) -> list[tuple[Case | None, Case]]:
        """List the cases that are not as they were, with what they were."""
        pairs = ((self._before.get(event), case) for event, case in self._now.items())
        return [(before, case) for before, case in pairs if before != case]

    def _made_with(self, seen: RemoteItem) -> Case | None:
        """By our key, unless the meeting is another: a meeting copied in Outlook carries the original's key."""
        case = self._now.get(self._by_key.get(seen.own_key or "", ""))
        return case if case and case.event.global_id in (None, seen.global_id) else None

    def _same_uid(self, seen: RemoteItem) -> Case | None:
        return self._now.get(self._by_uid.get(seen.uid or "", ""))
