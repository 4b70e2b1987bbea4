"""The API described by OpenAPI 3.1.1, made from the table of routes and the structs of the wire. Pure."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from roomd_core import __version__
from roomd_core.api import problems
from roomd_core.api.problems import Kind
from roomd_core.api.routes import ROUTES, Route
from roomd_core.api.wire import ConflictView, EventView, Problem

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/{name}"
_ETAG: Json = {"description": "The event's version, for If-Match.", "schema": {"type": "string"}}
_CONFLICT_ETAG: Json = {"description": "What a decision depends on, for If-Match.", "schema": {"type": "string"}}
_LOCATION: Json = {"description": "Where the event is.", "schema": {"type": "string"}}


def describe(routes: tuple[Route, ...] = ROUTES) -> Json:
    """Return the document for these routes."""
    schemas = _schemas(_shapes(routes))
    for route in routes:
        schemas |= _named_in_query(route)
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "roomd",
            "version": __version__,
            "description": "roomd's control socket: HTTP/1.1 over a Unix socket. Its peer is the caller.",
        },
        "servers": [{"url": "http://roomd", "description": "e.g. curl --unix-socket /run/roomd/control.sock"}],
        "paths": paths,
        "components": {"schemas": schemas, "responses": _problem_responses()},
    }


def _schemas(shapes: Iterable[Any]) -> Json:
    _, schemas = msgspec.json.schema_components(list(shapes), ref_template=_REFERENCE)
    return schemas


def _named_in_query(route: Route) -> Json:
    """Return the schemas that a query's parameters refer to."""
    if route.query is None:
        return {}
    return {name: schema for name, schema in _schemas([route.query]).items() if name != route.query.__name__}


def _shapes(routes: Iterable[Route]) -> list[type[Struct]]:
    named = [shape for route in routes for shape in (route.body, route.answer) if shape is not None]
    return list(dict.fromkeys([*named, Problem]))


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.help,
        "responses": {str(route.status): _answer(route), **_refusals(route)},
    }
    if parameters := [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)]:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content("application/json", route.body)}
    return operation


def _answer(route: Route) -> Json:
    answer: Json = {"description": HTTPStatus(route.status).phrase}
    if route.answer is None:
        answer["content"] = {route.media: {"schema": {"type": "object"}}}
    else:
        answer["content"] = _content(route.media, route.answer)
    if route.answer is ConflictView:
        answer["headers"] = {"ETag": _CONFLICT_ETAG}
    if route.answer is EventView:
        answer["headers"] = {"ETag": _ETAG, **({"Location": _LOCATION} if route.status == HTTPStatus.CREATED else {})}
    return answer


def _content(media: str, shape: type[Struct]) -> Json:
    return {media: {"schema": {"$ref": _REFERENCE.format(name=shape.__name__)}}}


def _path_parameters(route: Route) -> list[Json]:
    names = re.findall(r"{(\w+)}", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(route: Route) -> list[Json]:
    if route.query is None:
        return []
    shape = _schemas([route.query])[route.query.__name__]
    return [
        {"name": name, "in": "query", "required": name in shape.get("required", ()), "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _header_parameters(route: Route) -> list[Json]:
    headers = {
        "change": ("If-Match", "The ETag of the event as it was read; refused when it has another by now."),
        "resolve": ("If-Match", "The ETag of the conflict as it was read; refused when it has another by now."),
        "book": ("Idempotency-Key", "The same key and body again give the same event."),
    }
    if route.name not in headers:
        return []
    name, help_ = headers[route.name]
    return [{"name": name, "in": "header", "required": False, "description": help_, "schema": {"type": "string"}}]


def _refusals(route: Route) -> Json:
    """Return what may be answered instead; kinds that share a status share a response."""
    return {str(kind.status): {"$ref": f"#/components/responses/{kind.status}"} for kind in _kinds(route)}


def _kinds(route: Route) -> list[Kind]:
    possible = [(problems.INTERNAL, True), (problems.STOPPING, True), (problems.INVALID, route.query is not None)]
    possible += [
        (kind, route.body is not None) for kind in (problems.MALFORMED, problems.TOO_LARGE, problems.INVALID)
    ]
    possible += [(problems.UNSUPPORTED_TYPE, route.body is not None), (problems.NOT_FOUND, "{id}" in route.path)]
    possible += [(problems.STORE_FULL, route.mutates), (problems.NOT_ALLOWED, route.mutates or route.restricted)]
    possible += [(problems.ROOM_TAKEN, route.name in {"book", "change", "resolve"})]
    possible += [(problems.VERSION_MISMATCH, route.name in {"change", "resolve"})]
    possible += [(problems.EXCEPTIONS_LOST, route.name == "change")]
    return sorted({kind for kind, may in possible if may}, key=lambda kind: kind.status)


def _problem_responses() -> Json:
    statuses = sorted({kind.status for kind in problems.KINDS})
    return {str(status): _problem_response(status) for status in statuses}


def _problem_response(status: int) -> Json:
    kinds = [f"`urn:roomd:problem:{kind.name}` ({kind.title})" for kind in problems.KINDS if kind.status == status]
    return {"description": ", ".join(kinds), "content": _content(problems.MEDIA, Problem)}
