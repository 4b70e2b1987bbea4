"""Deciding whether so much of a mailbox vanished at once that a person should say whether to believe it. Pure.

Fewer than ``FEW`` are always believed: small calendars are emptied by hand, and nothing is lost that cannot be seen.
"""

from collections.abc import Iterable

from msgspec import Struct

from roomd_core.model import Conflict, ConflictKind, EventStatus, Mailbox, Side
from roomd_core.sync.case import Case, Setting
from roomd_core.sync.match import Cases
from roomd_core.sync.remote import ChangePage, MailboxUnavailable

FEW = 10
"""So many may vanish whatever share of the mailbox they are."""
_EMPTIED = 2
"""A calendar known to hold so many that lists nothing at all is more likely out of sight than empty."""


class Limits(Struct, frozen=True, kw_only=True):
    """How much may vanish from one mailbox at once: so many ``items``, and of many such a ``share``, from 0 to 1."""

    items: int = 20
    share: float = 0.1


class Believed(Struct, frozen=True, kw_only=True):
    """What a person said about the events whose copies vanished from a mailbox; kept until it has been acted on."""

    keep: Side
    events: tuple[str, ...]


class Loss(Struct, frozen=True, kw_only=True):
    """What vanished from a mailbox at once: these events' copies, of ``known`` there were.

    ``earlier`` vanished shortly before and was believed; ``is_empty`` says that the whole calendar lists nothing.
    """

    events: tuple[str, ...]
    known: int
    earlier: int = 0
    is_empty: bool = False

    def is_doubtful(self, limits: Limits) -> bool:
        """Say whether a person should decide."""
        lost = len(self.events) + self.earlier
        if not self.events:
            return False
        if self.is_empty and self.known >= _EMPTIED:
            return True
        return lost > limits.items or (lost > FEW and lost > limits.share * (self.known + self.earlier))


def lost_in(page: ChangePage, cases: Cases, mailbox: str, decided: Iterable[str] = ()) -> tuple[str, ...]:
    """Name the events whose copy is gone from a mailbox though nothing else says that they no longer stand.

    What was cancelled before, or is there under another item id, is not lost. Nor is what was ``decided`` about.
    """
    if not page.deleted:
        return ()
    back = [cases.matching(mailbox, seen) for seen in page.changed]
    settled = {*decided, *(case.event.id for case in back if case)}
    held = [(cases.holding(mailbox, item_id), item_id) for item_id in page.deleted]
    lost = (case.event.id for case, item_id in held if case and _was_there(case, mailbox, item_id))
    return tuple(sorted({event for event in lost if event not in settled}))


def question(mailbox: Mailbox, loss: Loss, opened: Conflict | None, setting: Setting) -> Conflict:
    """Return the one question about a mailbox; a question that is open already is asked anew with the same id."""
    if loss.is_empty:
        what = f"{mailbox.name}'s calendar reads empty: {len(loss.events)} of {loss.known} items are missing."
    else:
        how = f", and {loss.earlier} more shortly before" if loss.earlier else " at once"
        what = f"{len(loss.events)} of {loss.known} items vanished from {mailbox.name}'s calendar{how}."
    return Conflict(
        id=opened.id if opened else setting.new_id(),
        mailbox=mailbox.address,
        kind=ConflictKind.MASS_DELETE,
        summary=f"{what} Nothing was deleted here.",
        missing=loss.events,
        opened_at=opened.opened_at if opened else setting.now,
    )


def held_back(mailbox: Mailbox, asked: Conflict) -> MailboxUnavailable:
    """Return what to tell of a mailbox that waits for a decision."""
    return MailboxUnavailable(
        f"{asked.summary} Check that the service account still sees this calendar and that it was not emptied by "
        f"mistake, then decide: roomctl resolve {asked.id}. Until then nothing is deleted here, and nothing is sent "
        f"to {mailbox.address}."
    )


def _was_there(case: Case, mailbox: str, item_id: str) -> bool:
    copies = [item for item in case.items if item.mailbox == mailbox and not item.missing]
    return case.event.status is EventStatus.CONFIRMED and [item.ref.item_id for item in copies] == [item_id]
