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
        held = self.holding(mailbox, seen.ref.item_id)
        if held and not self.is_astray(held, seen):
            return held
        return self._made_with(seen) or self._named_by(seen)

    def is_astray(self, case: Case, seen: RemoteItem) -> bool:
        """Say whether a copy is of another meeting than that of the case it is held with.

        What guests had of a meeting that was gone stayed with the event made anew; then the meeting came back.
        """
        other = self._same_meeting(seen)
        return other is not None and other.event.id != case.event.id and not tells_its_id(case, seen)

    def twin(self, case: Case, seen: RemoteItem) -> Case | None:
        """Find another case that turns out to be the same meeting, begun when less was known of one of its copies."""
        other = self._same_meeting(seen)
        return other if other and other.event.id != case.event.id and tells_its_id(case, seen) else None

    def is_echo(self, mailbox: str, seen: RemoteItem) -> bool:
        """Say whether a copy is known exactly as it is: our own write coming back, or nothing new."""
        item = self.item(mailbox, seen.ref.item_id)
        if item is None or item.missing or item.ref.change_key != seen.ref.change_key:
            return False
        case = self._now[item.event]
        return not tells_its_id(case, seen) and not self.is_astray(case, seen)

    def touched(self) -> list[tuple[Case | None, Case]]:
        """List the cases that are not as they were, with what they were."""
        pairs = ((self._before.get(event), case) for event, case in self._now.items())
        return [(before, case) for before, case in pairs if before != case]

    def _made_with(self, seen: RemoteItem) -> Case | None:
        """By our key, unless the meeting is another: a meeting copied in Outlook carries the original's key.

        An event that was called off and holds nothing more gives way to one that goes on with the meeting.
        """
        case = self._now.get(self._by_key.get(seen.own_key or "", ""))
        if case is None or (_is_over_with(case) and self._same_meeting(seen)):
            return None
        return case if is_the_one_made(case, seen) else None

    def _named_by(self, seen: RemoteItem) -> Case | None:
        """By Exchange's global id, or by uid: of two, the one made here that does not know its global id yet."""
        meeting, namesake = self._same_meeting(seen), self._same_uid(seen)
        if meeting and namesake and tells_its_id(namesake, seen) and not _is_over_with(namesake):
            return namesake
        return meeting or namesake

    def _same_meeting(self, seen: RemoteItem) -> Case | None:
        return self._now.get(self._by_global_id.get(seen.global_id or b"", ""))

    def _same_uid(self, seen: RemoteItem) -> Case | None:
        return self._now.get(self._by_uid.get(seen.uid or "", ""))


def _is_over_with(case: Case) -> bool:
    return case.cancelled and not case.items and not case.operations


def is_the_one_made(case: Case, seen: RemoteItem) -> bool:
    """Say whether an item with the event's key is the event's: a meeting copied in Outlook has it too.

    A copied one has another global id and another uid. One that was made anew has another global id alone.
    """
    event = case.event
    return event.base is None or event.global_id in (None, seen.global_id) or event.uid == seen.uid


def tells_its_id(case: Case, seen: RemoteItem) -> bool:
    """Say whether a copy tells the id Exchange knows the meeting by, and the case does not have it.

    A meeting made anew has that of the one that is gone, until the item made for it is seen: what is left of the
    other, or comes back of it, belongs to it all the same.
    """
    known, told = case.event.global_id, seen.global_id
    if told is None or told == known:
        return False
    return known is None or (seen.own_key is not None and seen.own_key == case.event.key)
