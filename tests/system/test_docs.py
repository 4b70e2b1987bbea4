"""The documentation cannot fall behind: every setting, command, option, route and key has its word in docs/."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from roomd_core.api.problems import KINDS
from roomd_core.api.routes import ROUTES
from roomd_daemon.cli import parser as roomd_parser
from roomd_daemon.config.load import Config
from roomd_tui import actions
from roomd_tui.cli import parser as roomctl_parser

ACTIONS = [action for action in vars(actions).values() if isinstance(action, actions.Action)]
DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def settings() -> Iterator[str]:
    for section in Config.model_json_schema()["$defs"].values():
        yield from section["properties"]


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield name
                yield from options(command)
        yield from (option for option in action.option_strings if option.startswith("--"))


@pytest.mark.parametrize("setting", sorted(set(settings())))
def test_every_setting_is_explained(setting: str) -> None:
    assert f"| `{setting}` |" in page("configuration")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_is_explained(route: object) -> None:
    assert f"| `{route.method} {route.path}` |" in page("api")  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted({kind.name for kind in KINDS}))
def test_every_problem_is_explained(kind: str) -> None:
    assert f"`urn:roomd:problem:{kind}`" in page("api")


@pytest.mark.parametrize("word", sorted(set(options(roomctl_parser()))))
def test_every_command_and_option_of_roomctl_is_explained(word: str) -> None:
    assert re.search(rf"`(roomctl )?{re.escape(word)}\b", page("roomctl"))


@pytest.mark.parametrize("word", sorted(set(options(roomd_parser()))))
def test_every_command_and_option_of_roomd_is_explained(word: str) -> None:
    assert re.search(rf"`(roomd )?{re.escape(word)}\b", page("operations"))


@pytest.mark.parametrize("key", sorted({key for action in ACTIONS for key in action.key_text.split()}))
def test_every_key_is_explained(key: str) -> None:
    assert f"`{key}`" in page("roomctl")


def test_no_page_links_to_what_is_not_there() -> None:
    root = DOCS.parent
    for source in (*DOCS.glob("*.md"), root / "README.md", root / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", source.read_text()):
            assert (source.parent / target).exists(), f"{source.name} links to {target}"
