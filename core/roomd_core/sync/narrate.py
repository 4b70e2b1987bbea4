"""Telling in the change feed what became of a case, from the difference alone. Pure."""

from collections.abc import Iterator

from roomd_core.model import (
    EXCHANGE,
    Answer,
    Change,
    ChangeKind,
    Conflict,
    EventStatus,
    Operation,
    OperationState,
    Reply,
)
from roomd_core.sync.case import ROOMD, Case, Setting
from roomd_core.zones import zone_of


def narrate(before: Case | None, after: Case, setting: Setting, actor: str) -> tuple[Change, ...]:
    """List what happened between two versions of a case, in the order a reader expects."""
    teller = _Teller(after, setting, actor)
    if before is None:
        told = [teller.change(ChangeKind.CREATED, after=after.event.content)]
    else:
        told = [*teller.edits(before), *teller.pushes(before), *teller.answers(before), *teller.replies(before)]
    return (*told, *teller.conflicts(before))


class _Teller:
    """Makes entries about one case."""

    def __init__(self, case: Case, setting: Setting, actor: str) -> None:
        self._case = case
        self._setting = setting
        self._actor = actor

    def change(self, kind: ChangeKind, *, actor: str | None = None, **fields: object) -> Change:
        return Change(
            seq=0,
            at=self._setting.now,
            kind=kind,
            event=self._case.event.id,
            actor=actor or self._actor,
            **fields,  # type: ignore[arg-type]
        )

    def edits(self, before: Case) -> Iterator[Change]:
        was, now = before.event, self._case.event
        if was.status is not now.status and now.status is EventStatus.CANCELLED:
            yield self.change(ChangeKind.CANCELLED, before=was.content)
        elif was.content != now.content or was.status is not now.status:
            note = "restored" if was.status is not now.status else ""
            yield self.change(ChangeKind.CHANGED, before=was.content, after=now.content, note=note)

    def answers(self, before: Case) -> Iterator[Change]:
        was = {said.address: said.answer for said in before.event.responses}
        for said in self._case.event.responses:
            if said.answer not in (was.get(said.address), Answer.NONE):
                note = f"{self._setting.name(said.address)}: {said.answer}"
                yield self.change(ChangeKind.ANSWERED, actor=EXCHANGE, mailbox=said.address, note=note)

    def replies(self, before: Case) -> Iterator[Change]:
        """Tell what was said about single occurrences that stand, as far as the organizer's copy tells that."""
        series = self._case.event.content.series
        if series is None or self._case.organizer_copy is None:
            return
        was = {(item.mailbox, reply) for item in before.items for reply in item.replies}
        for mailbox, reply in [(item.mailbox, reply) for item in self._case.items for reply in item.replies]:
            told = (mailbox, reply) in was or reply.answer is Answer.NONE
            if not told and reply.original_start not in series.deleted:
                yield self._reply(mailbox, reply)

    def _reply(self, mailbox: str, reply: Reply) -> Change:
        """Tell of one reply. Read before its organizer, a room may be out because the occurrence was called off."""
        day = reply.original_start.astimezone(zone_of(self._case.event.content.zone)).date()
        answer = "not" if reply.answer is Answer.DECLINED else reply.answer
        note = f"{self._setting.name(mailbox)}: {answer} on {day}"
        return self.change(ChangeKind.ANSWERED, actor=EXCHANGE, mailbox=mailbox, note=note)

    def pushes(self, before: Case) -> Iterator[Change]:
        was = {operation.id: operation.state for operation in before.operations}
        for operation in self._case.operations:
            if operation.id and was.get(operation.id) is not operation.state:
                yield from self._push(operation)

    def _push(self, operation: Operation) -> Iterator[Change]:
        if operation.state is OperationState.PARKED:
            note = operation.error or ""
            yield self.change(ChangeKind.PARKED, actor=ROOMD, mailbox=operation.mailbox, note=note)
        elif operation.state is OperationState.DONE and operation.attempts and not operation.error:
            note = str(operation.kind)
            yield self.change(
                ChangeKind.PUSHED, actor=ROOMD, mailbox=operation.mailbox, after=operation.payload, note=note
            )

    def conflicts(self, before: Case | None) -> Iterator[Change]:
        was = {conflict.id: conflict for conflict in before.conflicts} if before else {}
        for conflict in self._case.conflicts:
            if conflict.id not in was and conflict.resolved_at:
                yield self._conflict(ChangeKind.CONFLICT_RESOLVED, conflict)
            elif conflict.id not in was:
                yield self._conflict(ChangeKind.CONFLICT_OPENED, conflict)
            elif conflict.resolved_at and not was[conflict.id].resolved_at:
                yield self._conflict(ChangeKind.CONFLICT_RESOLVED, conflict)

    def _conflict(self, kind: ChangeKind, conflict: Conflict) -> Change:
        actor = conflict.resolved_by or ROOMD
        return self.change(kind, actor=actor, mailbox=conflict.room, note=conflict.summary)
