"""The Starlette application, made from the table of routes: one handler a route, one way to fail."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from roomd_core.access import Caller
from roomd_core.api import problems
from roomd_core.api.problems import problem_of
from roomd_core.api.routes import ROUTES, Route
from roomd_core.api.wire import ConflictView, EventView, Problem
from roomd_core.errors import RoomdError
from roomd_daemon.http.asked import Unreadable, read
from roomd_daemon.http.encoding import json_response, problem_response
from roomd_daemon.http.handlers import HANDLERS, Handler
from roomd_daemon.http.services import Services

log = structlog.get_logger()


def application(services: Services) -> Starlette:
    """Return the application that answers for these services."""
    routes = [StarletteRoute(r.path, _endpoint(r, HANDLERS[r.name], services), methods=[r.method]) for r in ROUTES]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_such_route})
    app.router.redirect_slashes = False
    return app


def _endpoint(route: Route, handler: Handler, services: Services) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            with services.under_way.one():
                return await _answer(route, handler, services, request)
        except RoomdError as error:
            return problem_response(_problem(error))
        except Exception:  # one request's fault must not become another's
            log.exception("a request failed", route=route.name)
            detail = "roomd made a mistake, and its log says which. Nothing half done was stored."
            return problem_response(problems.INTERNAL.problem(detail))

    return endpoint


async def _answer(route: Route, handler: Handler, services: Services, request: Request) -> Response:
    caller = await services.callers.of(request.state.peer)
    with _recorded(route, request, caller):
        answer = await handler(services, await read(request, route, caller))
    if isinstance(answer, Response):
        return answer
    return json_response(answer, status=route.status, headers=_headers(route, answer))


@contextmanager
def _recorded(route: Route, request: Request, caller: Caller) -> Iterator[None]:
    """Log who asked for which change, and whether it was made; the change feed says what it was."""
    asked = {"route": route.name, "user": caller.user, **request.path_params}
    try:
        yield
    except RoomdError as error:
        if route.mutates:
            log.info("refused", **asked, reason=_problem(error).type)
        raise
    if route.mutates:
        log.info("done", **asked)


def _headers(route: Route, answer: Any) -> dict[str, str]:
    if isinstance(answer, ConflictView):
        return {"ETag": f'"{answer.version}"'}
    if not isinstance(answer, EventView):
        return {}
    place = {"Location": f"/v1/events/{answer.id}"} if route.status == HTTPStatus.CREATED else {}
    return {"ETag": f'"{answer.version}"', **place}


def _problem(error: RoomdError) -> Problem:
    return error.problem if isinstance(error, Unreadable) else problem_of(error)


async def _no_such_route(request: Request, _: Exception) -> Response:
    """Answer what the router refuses: a path nobody knows, or a method it does not have."""
    methods = {route.method for route in ROUTES if route.path == getattr(request.scope.get("route"), "path", None)}
    if not methods:
        known = "They are described at /v1/openapi.json."
        return problem_response(problems.UNKNOWN_ROUTE.problem(f"There is no {request.url.path} here. {known}"))
    allowed = ", ".join(sorted(methods))
    detail = f"{request.url.path} can be asked with {allowed}, not with {request.method}."
    response = problem_response(problems.METHOD_NOT_ALLOWED.problem(detail))
    response.headers["Allow"] = allowed
    return response
