"""Planning a pull: from a page of changes and what is known to the revisions to write. Pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from roomd_core.model import ItemKind, Mailbox, MailboxKind
from roomd_core.recurrence import WallTimes, ends_before
from roomd_core.sync.case import Case, Revision, Setting
from roomd_core.sync.conclude import conclude
from roomd_core.sync.content import event_of
from roomd_core.sync.copies import series_in, told_series
from roomd_core.sync.first import as_observed, first_seen, is_plain
from roomd_core.sync.match import Cases
from roomd_core.sync.observe import absorb, observe, observe_absence
from roomd_core.sync.remote import ChangePage, RemoteItem


def to_read(page: ChangePage, cases: Cases, mailbox: Mailbox, setting: Setting) -> list[str]:
    """List the items that have to be read in full: copies that decide the content, if they are not known as they are.

    That is the organizer's copy, and a guest's where no calendar of the organizer's is read. A room's copy of a
    single event never: the feed tells who has the room when, and rooms keep neither the body nor, often, the title.
    The master of a series always: the feed does not tell how it recurs, nor what each mailbox took out of it.
    """
    return [
        seen.ref.item_id
        for seen in page.changed
        if _tells_more(seen, mailbox, setting) and _concerns(seen, cases, mailbox, setting)
    ]


def worth_reading(page: ChangePage, mailbox: Mailbox, setting: Setting) -> ChangePage:
    """Return the part of a page that ``to_read`` may list, whatever is known of it: of a room, mostly nothing."""
    return replace(page, changed=tuple(s for s in page.changed if _tells_more(s, mailbox, setting)), deleted=())


def exceptions_to_read(page: ChangePage, setting: Setting) -> list[str]:
    """List the exceptions that have to be read in full: those of the masters read that the window still shows."""
    return [
        exception.item_id
        for series in map(told_series, page.changed)
        if series is not None
        for exception in series.modified
        if exception.seen is None and not setting.window.forgets(exception.end, setting.now)
    ]


def completed(page: ChangePage, asked: list[str], read: Mapping[str, RemoteItem]) -> ChangePage:
    """Put the full readings into a page. What has vanished since is left out: the feed will tell of that next."""
    vanished = set(asked) - set(read)
    changed = (read.get(seen.ref.item_id, seen) for seen in page.changed if seen.ref.item_id not in vanished)
    return replace(page, changed=tuple(changed))


def with_exceptions(page: ChangePage, read: Mapping[str, RemoteItem]) -> ChangePage:
    """Put the full readings of exceptions into the masters of a page. One that has vanished stays as listed."""
    return replace(page, changed=tuple(_with_exceptions(seen, read) for seen in page.changed))


def plan_pull(page: ChangePage, cases: Cases, mailbox: Mailbox, setting: Setting) -> tuple[Revision, ...]:
    """Work out what a page of changes means for the cases it concerns. Nothing new: nothing to write.

    What is there comes before what is gone: an item that moved within the calendar is deleted under one id and
    there under another, and its event was never gone.
    """
    firsts = _Firsts(cases, mailbox, setting)
    for seen in page.changed:
        case = firsts.opened(cases.matching(mailbox.address, seen))
        if case is None and is_plain(seen, setting):
            if not _is_over(seen, setting):
                firsts.take(seen)
        elif _concerns(seen, cases, mailbox, setting):
            case = case or _begin(seen, mailbox, setting)
            held = firsts.opened(cases.holding(mailbox.address, seen.ref.item_id))
            if held and held.event.id != case.event.id:
                cases.put(held.without_item(mailbox.address, seen.ref.item_id))
            twin = firsts.opened(cases.twin(case, seen))
            if twin:
                case, emptied = absorb(case, twin, setting)
                cases.put(emptied)
            cases.put(observe(case, mailbox, seen, setting))
    for item_id in page.deleted:
        known = firsts.opened(cases.holding(mailbox.address, item_id))
        if known:
            cases.put(observe_absence(known, mailbox.address, item_id, setting))
    return tuple(firsts.done(case) or conclude(before, case, setting) for before, case in cases.touched())


class _Firsts:
    """The events a page begins by the short way, until the same page tells more of one."""

    def __init__(self, cases: Cases, mailbox: Mailbox, setting: Setting) -> None:
        self._cases = cases
        self._mailbox = mailbox
        self._setting = setting
        self._taken: dict[str, tuple[Revision, RemoteItem]] = {}

    def take(self, seen: RemoteItem) -> None:
        revision = first_seen(seen, self._mailbox, self._setting)
        self._taken[revision.after.event.id] = revision, seen
        self._cases.put(revision.after)

    def opened(self, case: Case | None) -> Case | None:
        """Return a case as observed so far: what was concluded the short way is taken back."""
        if case is None or case.event.id not in self._taken:
            return case
        case = as_observed(*self._taken.pop(case.event.id), self._mailbox, self._setting)
        self._cases.put(case)
        return case

    def done(self, case: Case) -> Revision | None:
        """Return what has become of a case that went the short way to the end."""
        taken = self._taken.get(case.event.id)
        return taken[0] if taken else None


def _tells_more(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> bool:
    read_or_gone = seen.detail is not None or seen.is_cancelled
    return not read_or_gone and (seen.kind is ItemKind.MASTER or _tells_content(seen, mailbox, setting))


def _tells_content(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> bool:
    owned = seen.is_organizer or not seen.is_meeting or seen.organizer == mailbox.address
    return owned or (mailbox.kind is MailboxKind.PERSON and seen.organizer not in setting.mailboxes)


def _concerns(seen: RemoteItem, cases: Cases, mailbox: Mailbox, setting: Setting) -> bool:
    if cases.is_echo(mailbox.address, seen):
        return False
    if cases.matching(mailbox.address, seen):
        return True
    return not seen.is_cancelled and not _is_over(seen, setting)


def _is_over(seen: RemoteItem, setting: Setting) -> bool:
    """Say whether something lies wholly before the window. Of a series only a full reading tells."""
    if seen.kind is not ItemKind.MASTER:
        return setting.window.forgets(seen.end, setting.now)
    series = series_in(seen, None)
    if series is None:
        return False
    times = WallTimes.of(seen.start, seen.end, seen.zone, series.recurrence)
    return ends_before(series, times, setting.now - setting.window.past)


def _with_exceptions(seen: RemoteItem, read: Mapping[str, RemoteItem]) -> RemoteItem:
    series = told_series(seen)
    if seen.detail is None or series is None or not series.modified:
        return seen
    modified = tuple(replace(each, seen=read.get(each.item_id, each.seen)) for each in series.modified)
    return replace(seen, detail=replace(seen.detail, series=replace(series, modified=modified)))


def _begin(seen: RemoteItem, mailbox: Mailbox, setting: Setting) -> Case:
    return Case(event=event_of(seen, mailbox, setting))
