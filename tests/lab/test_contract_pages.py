"""Every statement of the contract suite names the page it was taken from, however the suite is run."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.contract import conftest

SUITE = Path(__file__).parent / "contract"


def statements(file: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node


def pages(statement: ast.FunctionDef) -> Iterator[str]:
    """The pages in its decorators: `page("...")`, or `pages(...)` of cases that are named like theirs."""
    for node in (node for each in statement.decorator_list for node in ast.walk(each)):
        match node:
            case ast.Call(func=ast.Attribute(attr="page"), args=[ast.Constant(value=str(name))]):
                yield name.strip()
            case ast.Call(func=ast.Name(id="pages"), args=cases):
                yield from (ast.unparse(each) for each in cases)


@pytest.mark.parametrize("file", sorted(SUITE.glob("test_*.py")), ids=lambda file: file.stem)
def test_every_statement_names_its_page(file: Path) -> None:
    named = {each.name: list(pages(each)) for each in statements(file)}
    assert named
    assert [name for name, found in named.items() if not found or not all(found)] == []


@pytest.mark.parametrize("markers", [[], [pytest.mark.page("").mark], [pytest.mark.page().mark]])
def test_a_run_with_a_case_that_names_none_does_not_begin(markers: list[pytest.Mark]) -> None:
    case: Any = SimpleNamespace(path=SUITE / "test_x.py", nodeid="test_x", iter_markers=lambda _: iter(markers))
    with pytest.raises(pytest.UsageError, match="test_x names no page"):
        conftest.pytest_collection_modifyitems([case])
