"""Every search expression of FindItem, in every mode it has."""

from collections.abc import Callable

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Endpoint, unique
from lab.contract.requests import HOUR, KEY, contains, equals, find, next_tuesday, written

Search = Callable[[str], list[str]]
Holds = Callable[[str], bool]
START = '<t:FieldURI FieldURI="calendar:Start"/>'


def compared(name: str, uri: str, value: str) -> str:
    return equals(uri, value).replace("IsEqualTo", name)


def pages(*cases: tuple[str, object]) -> list[object]:
    """Cases of operators whose names are those of their pages."""
    return [pytest.param(name, found, marks=pytest.mark.page(name.lower()), id=name) for name, found in cases]


@pytest.fixture
def three(endpoint: Endpoint, book: Book) -> Search:
    """Finds, of three meetings an hour apart, those for which an expression holds: by number, from 0."""
    mark, start = unique("Three"), next_tuesday(19)
    for number in range(3):
        value = f"<t:ExtendedProperty>{KEY}<t:Value>{mark}</t:Value></t:ExtendedProperty>"
        book(start + number * HOUR, subject=f"{mark} {number}", before_start=value if number == 1 else "")

    def search(expression: str) -> list[str]:
        mine = contains("item:Subject", mark)
        answer = endpoint.ask(find(f"<t:And>{mine}{expression}</t:And>"))
        assert answer.code == "NoError"
        return sorted(subject.rpartition(" ")[2] for subject in answer.texts("//t:Subject"))

    return search


@pytest.mark.parametrize(
    ("name", "found"),
    pages(
        ("IsEqualTo", "1"), ("IsNotEqualTo", "02"), ("IsGreaterThan", "2"), ("IsGreaterThanOrEqualTo", "12"),
        ("IsLessThan", "0"), ("IsLessThanOrEqualTo", "01"),
    ),
)  # fmt: skip
def test_times_are_compared(three: Search, name: str, found: str) -> None:
    assert three(compared(name, "calendar:Start", written(next_tuesday(20)))) == list(found)


@pytest.mark.parametrize(
    ("name", "found"),
    pages(
        ("IsEqualTo", ""), ("IsNotEqualTo", "012"), ("IsGreaterThan", ""), ("IsGreaterThanOrEqualTo", ""),
        ("IsLessThan", "012"), ("IsLessThanOrEqualTo", "012"),
    ),
)  # fmt: skip
def test_two_properties_are_compared(three: Search, name: str, found: str) -> None:
    end = '<t:FieldURI FieldURI="calendar:End"/>'
    expression = f"<t:{name}>{START}<t:FieldURIOrConstant>{end}</t:FieldURIOrConstant></t:{name}>"
    assert three(expression) == list(found)


@pytest.mark.page("isequalto")
@pytest.mark.parametrize(
    ("uri", "value", "found"),
    [
        ("calendar:IsAllDayEvent", "false", "012"),
        ("calendar:IsAllDayEvent", "true", ""),
        ("item:ReminderMinutesBeforeStart", "15", "012"),
        ("item:ReminderMinutesBeforeStart", "16", ""),
        ("item:ItemClass", "IPM.Appointment", "012"),
        ("calendar:LegacyFreeBusyStatus", "Busy", "012"),
    ],
)
def test_properties_of_every_type_are_compared(three: Search, uri: str, value: str, found: str) -> None:
    assert three(equals(uri, value)) == list(found)


@pytest.mark.page("exists")
def test_what_has_a_property_is_found(three: Search) -> None:
    assert three(f"<t:Exists>{KEY}</t:Exists>") == ["1"]


@pytest.mark.page("excludes")
@pytest.mark.parametrize(("mask", "found"), [("1", ""), ("0x0f", ""), ("16", "012"), ("0x10", "012")])
def test_what_has_none_of_the_bits_is_found(three: Search, mask: str, found: str) -> None:
    reminder = '<t:FieldURI FieldURI="item:ReminderMinutesBeforeStart"/>'  # of 15 minutes
    assert three(f'<t:Excludes>{reminder}<t:Bitmask Value="{mask}"/></t:Excludes>') == list(found)


@pytest.mark.page("not")
def test_the_opposite_is_found(three: Search) -> None:
    after = compared("IsGreaterThan", "calendar:Start", written(next_tuesday(20)))
    assert three(f"<t:Not>{after}</t:Not>") == ["0", "1"]


@pytest.mark.parametrize(("name", "found"), pages(("And", ""), ("Or", "02")))
def test_several_expressions_are_one(three: Search, name: str, found: str) -> None:
    when = written(next_tuesday(20))
    parts = compared("IsLessThan", "calendar:Start", when) + compared("IsGreaterThan", "calendar:Start", when)
    assert three(f"<t:{name}>{parts}</t:{name}>") == list(found)


def containing(mode: str, comparison: str, text: str) -> str:
    return (
        f'<t:Contains ContainmentMode="{mode}" ContainmentComparison="{comparison}">'
        f'<t:FieldURI FieldURI="calendar:Location"/><t:Constant Value="{text}"/></t:Contains>'
    )


@pytest.fixture
def in_the_cafe(endpoint: Endpoint, book: Book) -> Holds:
    """Whether an expression holds of a meeting in the "Grand Café Müller"."""
    mark = unique("Located")
    book(subject=mark, before_people="<t:Location>Grand Café Müller</t:Location>")

    def holds(expression: str) -> bool:
        answer = endpoint.ask(find(f"<t:And>{equals('item:Subject', mark)}{expression}</t:And>"))
        assert answer.code == "NoError"
        return bool(answer.all("//t:CalendarItem"))

    return holds


@pytest.mark.page("contains")
@pytest.mark.parametrize(
    ("mode", "holds", "fails"),
    [
        ("FullString", "Grand Café Müller", "Grand Café"),
        ("Prefixed", "Grand Ca", "Café"),
        ("Substring", "nd Caf", "nd Müller"),
        ("PrefixOnWords", "Caf", "rand"),
        ("ExactPhrase", "Café Müller", "Café Mül"),
    ],
)
def test_a_text_contains_another_in_one_of_five_modes(in_the_cafe: Holds, mode: str, holds: str, fails: str) -> None:
    assert in_the_cafe(containing(mode, "Exact", holds))
    assert not in_the_cafe(containing(mode, "Exact", fails))


SAME, OTHER_CASE, NO_ACCENTS, NEITHER = TEXTS = ("Café Müller", "café MÜLLER", "Cafe Muller", "cafe MULLER")


@pytest.mark.page("contains")
@pytest.mark.parametrize(
    ("comparison", "equal"),
    [
        ("Exact", (SAME,)),
        ("IgnoreCase", (SAME, OTHER_CASE)),
        ("IgnoreNonSpacingCharacters", (SAME, NO_ACCENTS)),
        ("IgnoreCaseAndNonSpacingCharacters", TEXTS),
        ("Loose", TEXTS),
        ("LooseAndIgnoreCase", TEXTS),
        ("LooseAndIgnoreNonSpace", TEXTS),
        ("LooseAndIgnoreCaseAndIgnoreNonSpace", TEXTS),
    ],
)
def test_texts_are_compared_in_one_of_eight_ways(in_the_cafe: Holds, comparison: str, equal: tuple[str, ...]) -> None:
    assert tuple(text for text in TEXTS if in_the_cafe(containing("Substring", comparison, text))) == equal


@pytest.mark.page("contains")
@pytest.mark.parametrize(("mode", "comparison"), [("Somewhere", "Exact"), ("Substring", "Roughly")])
def test_there_is_no_other_mode(endpoint: Endpoint, mode: str, comparison: str) -> None:
    assert endpoint.ask(find(containing(mode, comparison, "x"))).code == "ErrorSchemaValidation"
