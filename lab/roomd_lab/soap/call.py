"""One request as an operation sees it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from roomd_lab.model.access import Caller
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.organization import Organization
from roomd_lab.soap.envelope import refusal
from roomd_lab.soap.xml import Element, schema_violation

ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation's element, who calls, and what it is done to.

    `zone` is meant by times without an offset. `sync_state_is_lost` is a fault on demand.
    """

    element: Element
    caller: Caller
    organization: Organization
    zone: tzinfo
    sync_state_is_lost: bool = False


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
