import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from daemon.live_daemon import LiveDaemon
from roomd_core.api.openapi import describe
from roomd_core.api.problems import KINDS
from roomd_core.api.routes import ROUTES, Route
from roomd_daemon.http.handlers import HANDLERS

DOCUMENT: dict[str, Any] = json.loads(json.dumps(describe()))


def operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_document_has_the_shape_that_openapi_asks_for() -> None:
    assert re.fullmatch(r"3\.1\.\d", DOCUMENT["openapi"])
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    assert all(path.startswith("/v1/") for path in DOCUMENT["paths"])
    assert DOCUMENT["components"].keys() == {"schemas", "responses"}


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_operations_are_exactly_the_routes() -> None:
    operations = [one["operationId"] for path in DOCUMENT["paths"].values() for one in path.values()]
    assert sorted(operations) == sorted(route.name for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_operation_tells_what_goes_in_and_what_comes_out(route: Route) -> None:
    told = operation(route)
    assert told["summary"] == route.help
    assert route.media in told["responses"][str(route.status)]["content"]
    assert ("requestBody" in told) == (route.body is not None)
    given = {parameter["name"]: parameter["in"] for parameter in told.get("parameters", ())}
    assert {name for name, place in given.items() if place == "path"} == set(re.findall(r"{(\w+)}", route.path))
    fields = set(route.query.__struct_fields__) if route.query else set()
    assert {name for name, place in given.items() if place == "query"} == fields
    assert all(code in told["responses"] for code in ("500", "503"))


def test_every_kind_of_problem_is_described() -> None:
    told = " ".join(response["description"] for response in DOCUMENT["components"]["responses"].values())
    assert [kind.name for kind in KINDS if f"urn:roomd:problem:{kind.name}" not in told] == []


def test_handlers_and_routes_are_the_same_and_agree_on_their_types() -> None:
    assert list(HANDLERS) == [route.name for route in ROUTES]
    for route in ROUTES:
        hints = get_type_hints(HANDLERS[route.name])
        asked = next(hint for name, hint in hints.items() if name != "return" and get_args(hint))
        assert get_args(asked) == (route.query or type(None), route.body or type(None)), route.name
        if route.answer is not None and route.media == "application/json":
            assert hints["return"] is route.answer, route.name


async def test_the_daemon_serves_its_own_description(daemon: LiveDaemon) -> None:
    assert await daemon.client.openapi() == DOCUMENT
