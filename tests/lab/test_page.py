"""docs/lab.md speaks of everything the lab has."""

import re
from pathlib import Path

import pytest

from roomd_lab.control.routes import ROUTES
from roomd_lab.faults import Fault, FaultKind
from roomd_lab.options import command_line
from roomd_lab.soap.operations import OPERATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")


def cells(heading: str) -> set[str]:
    """The words in the first column of the tables below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    first = (line.split("|")[1] for line in section.splitlines() if line.startswith("|"))
    return {word for cell in first for word in re.findall(r"[\w-]+", cell)}


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_is_in_the_table(operation: str) -> None:
    assert operation in cells("Operations")


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_is_in_the_table(route: str) -> None:
    assert route.removeprefix("/lab/") in cells("Make things happen")


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_in_the_table(kind: FaultKind) -> None:
    told = cells("Faults")
    assert {kind.value, kind.value.removeprefix("http")} & told


@pytest.mark.parametrize("detail", [name for name in Fault.__dataclass_fields__ if name != "kind"])
def test_every_detail_of_a_fault_is_explained(detail: str) -> None:
    assert f"`{detail}`" in PAGE


@pytest.mark.parametrize("option", [name for action in command_line()._actions[1:] for name in action.option_strings])
def test_every_option_is_in_the_table(option: str) -> None:
    assert option in cells("Options")
