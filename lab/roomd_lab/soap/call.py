"""One request as an operation sees it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from roomd_lab.faults import Fault, FaultKind
from roomd_lab.model.access import Caller
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.organization import Organization
from roomd_lab.soap.answers import refusal
from roomd_lab.soap.xml import Element, schema_violation

ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation's element, who calls, and what it is done to.

    `zone` is meant by times without an offset, `version` is that of the request. `fault` is what shall go wrong.
    """

    element: Element
    caller: Caller
    organization: Organization
    zone: tzinfo
    version: str
    fault: Fault | None = None

    def is_to_fail_by(self, kind: FaultKind) -> bool:
        """Whether this shall go wrong."""
        return self.fault is not None and self.fault.kind is kind

    def each(
        self, name: str, things: Iterable[ThingT], answer: Callable[[ThingT], str], *, when_refused: str = ""
    ) -> str:
        """One response message for every thing asked for, as `each` does, with faults on demand among them."""

        def answer_one(numbered: tuple[int, ThingT]) -> str:
            number, thing = numbered
            if self.is_to_fail_by(FaultKind.BATCH_STOPPED) and number > 0:
                stopped = ExchangeError("ErrorBatchProcessingStopped", "Items after an error were not processed.")
                return refusal(name, stopped, when_refused, severity="Warning")
            return self._answer_or_fail(number, thing, answer)

        return each(name, enumerate(things), answer_one, when_refused=when_refused)

    def one(self, name: str, answer: Callable[[], str], *, when_refused: str = "") -> str:
        """The response message of an operation that has only one; as `each`."""
        return self.each(name, (None,), lambda _: answer(), when_refused=when_refused)

    def _answer_or_fail(self, number: int, thing: ThingT, answer: Callable[[ThingT], str]) -> str:
        if self.fault is None or not self._fails(number):
            return answer(thing)
        if self.fault.applied:
            answer(thing)
        raise self.fault.refusal()

    def _fails(self, number: int) -> bool:
        chosen = self.fault is not None and self.fault.item in {None, number}
        return chosen and self.is_to_fail_by(FaultKind.ITEM_ERROR)


def each(name: str, things: Iterable[ThingT], answer: Callable[[ThingT], str], *, when_refused: str = "") -> str:
    """One response message for every thing asked for; what goes wrong with one does not touch the others.

    `when_refused` is what the schema wants in a message of this kind even then. Raises ErrorSchemaValidation when
    nothing is asked for.
    """
    asked = list(things)
    if not asked:
        raise schema_violation("The request asks for nothing.")
    messages: list[str] = []
    for thing in asked:
        try:
            messages.append(answer(thing))
        except ExchangeError as error:
            messages.append(refusal(name, error, when_refused))
    return "".join(messages)
