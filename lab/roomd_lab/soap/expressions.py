"""Search expressions, whatever they search: And, Or, Not, Exists, Excludes, Contains and comparisons."""

import operator
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.xml import Element, first, local_name, read_bool, read_int, read_time, schema_violation, t

Value = str | bool | int | datetime | None
ThingT = TypeVar("ThingT")
# How a path is read from a thing, and the type an extended property was asked for as.
Operand = tuple[Callable[[ThingT], Value], str | None]
ReadOperand = Callable[[Element], Operand[ThingT]]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "IsEqualTo": operator.eq,
    "IsNotEqualTo": operator.ne,
    "IsGreaterThan": operator.gt,
    "IsGreaterThanOrEqualTo": operator.ge,
    "IsLessThan": operator.lt,
    "IsLessThanOrEqualTo": operator.le,
}
_CONTAINMENT: dict[str, Callable[[str, str], bool]] = {
    "FullString": operator.eq,
    "Prefixed": str.startswith,
    "Substring": operator.contains,
    "PrefixOnWords": lambda text, wanted: any(word.startswith(wanted) for word in text.split()),
    "ExactPhrase": lambda text, wanted: f" {wanted} " in f" {' '.join(text.split())} ",
}


def _without_marks(text: str) -> str:
    """A text without its nonspacing characters, such as accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text) if unicodedata.category(each) != "Mn")


def _loosened(text: str) -> str:
    return _without_marks(text).casefold()


# To compare loosely is to match whenever possible, whatever the case and nonspacing characters (MS-OXCDATA 2.12.4).
_COMPARED_AS: dict[str, Callable[[str], str]] = {
    "Exact": str,
    "IgnoreCase": str.casefold,
    "IgnoreNonSpacingCharacters": _without_marks,
    "IgnoreCaseAndNonSpacingCharacters": _loosened,
    "Loose": _loosened,
    "LooseAndIgnoreCase": _loosened,
    "LooseAndIgnoreNonSpace": _loosened,
    "LooseAndIgnoreCaseAndIgnoreNonSpace": _loosened,
}
_CONSTANTS: dict[type, Callable[[str], Any]] = {bool: read_bool, int: read_int, datetime: read_time}
# Text compares without case; so does an extended property of any type that is not named here.
_EXTENDED: dict[str | None, Callable[[str], Any]] = {
    "SystemTime": read_time,
    "Integer": read_int,
    "Long": read_int,
    "Short": read_int,
    "Boolean": read_bool,
    "Binary": str,
}


def read_expression(element: Element, read_operand: ReadOperand[ThingT]) -> Callable[[ThingT], bool]:
    """The predicate of a Restriction or a Not, each of which holds exactly one expression.

    Raises ErrorSchemaValidation for nonsense, ErrorUnsupportedQueryFilter for an expression that is not known, and
    what `read_operand` raises for a path.
    """
    if len(element) != 1:
        raise schema_violation("A restriction holds exactly one search expression.")
    return _expression(element[0], read_operand)


def _expression(element: Element, read_operand: ReadOperand[ThingT]) -> Callable[[ThingT], bool]:
    name = local_name(element)
    if name in _COMPARISONS:
        return _comparison(element, _COMPARISONS[name], read_operand)
    match name:
        case "And" | "Or":
            parts = [_expression(each, read_operand) for each in element]
            together = all if name == "And" else any
            return lambda thing: together(holds(thing) for holds in parts)
        case "Not":
            negated = read_expression(element, read_operand)
            return lambda thing: not negated(thing)
        case "Exists":
            read, _ = read_operand(first(element))
            return lambda thing: read(thing) is not None
        case "Excludes":
            return _excludes(element, read_operand)
        case "Contains":
            return _contains(element, read_operand)
    raise ExchangeError("ErrorUnsupportedQueryFilter", f"{name} is not supported by this server.")


def _comparison(
    element: Element, compare: Callable[[Any, Any], bool], read_operand: ReadOperand[ThingT]
) -> Callable[[ThingT], bool]:
    read, kind = read_operand(first(element))
    other = element.find(t("FieldURIOrConstant"))
    if other is None or len(other) != 1:
        raise schema_violation("A comparison needs one FieldURIOrConstant.")
    if local_name(other[0]) != "Constant":
        read_other, _ = read_operand(other[0])
        return lambda thing: _compared(read(thing), read_other(thing), compare)
    text = other[0].get("Value", "")

    def holds(thing: ThingT) -> bool:
        value = read(thing)
        return value is not None and compare(*_comparable(value, text, kind))

    return holds


def _compared(left: Value, right: Value, compare: Callable[[Any, Any], bool]) -> bool:
    """Two properties of one thing; such as cannot be compared are unequal."""
    if left is None or type(left) is not type(right):
        return False
    return compare(left, right)


def orderable(value: Value, kind: str | None) -> Any:
    """A value in the form it is compared and sorted in; `kind` is the type an extended property was asked for as."""
    return _EXTENDED.get(kind, str.casefold)(value) if isinstance(value, str) else value


def _comparable(value: Value, text: str, kind: str | None) -> tuple[Any, Any]:
    """The property's value and the constant's text, in a form they can be compared in."""
    if isinstance(value, str):
        return orderable(value, kind), orderable(text, kind)
    return value, _CONSTANTS[type(value)](text)


def _excludes(element: Element, read_operand: ReadOperand[ThingT]) -> Callable[[ThingT], bool]:
    """None of the bits of the mask are set; the mask is decimal or 0x and hexadecimal."""
    read, _ = read_operand(first(element))
    bitmask = element.find(t("Bitmask"))
    text = "" if bitmask is None else bitmask.get("Value", "")
    try:
        mask = int(text, 0)
    except ValueError:
        raise ExchangeError("ErrorInvalidExcludesRestriction", "The bitmask cannot be read.") from None

    def holds(thing: ThingT) -> bool:
        value = read(thing)
        return value is not None and not isinstance(value, datetime) and not int(value) & mask

    return holds


def _contains(element: Element, read_operand: ReadOperand[ThingT]) -> Callable[[ThingT], bool]:
    read, _ = read_operand(first(element))
    constant = element.find(t("Constant"))
    if constant is None:
        raise schema_violation("Contains has no Constant.")
    fold = _COMPARED_AS.get(element.get("ContainmentComparison", "Exact"))
    matches = _CONTAINMENT.get(element.get("ContainmentMode", "FullString"))
    if fold is None or matches is None:
        raise schema_violation("The containment mode or comparison is unknown.")
    wanted = fold(constant.get("Value", ""))

    def holds(thing: ThingT) -> bool:
        value = read(thing)
        return isinstance(value, str) and matches(fold(value), wanted)

    return holds
