"""The control routes, in one table, and who may use them."""

import json
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from roomd_lab.control.administration import ADMINISTRATION_ROUTES
from roomd_lab.control.meetings import MEETING_ROUTES, Route
from roomd_lab.http.gate import Gate
from roomd_lab.http.messages import HttpRequest, HttpResponse
from roomd_lab.model.errors import ExchangeError
from roomd_lab.world import World

ROUTES: dict[str, Route] = {**MEETING_ROUTES, **ADMINISTRATION_ROUTES}


class Control:
    """Answers `POST /lab/...` with JSON, to whoever has the token or a service account's password."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    def answer(self, request: HttpRequest) -> HttpResponse:
        """One response; a refusal says why in `error`."""
        if not self._is_allowed(request):
            challenge = (("WWW-Authenticate", 'Basic realm="lab control"'),)
            return HttpResponse(HTTPStatus.UNAUTHORIZED, headers=challenge)
        route = ROUTES.get(request.path)
        if route is None:
            return _json(HTTPStatus.NOT_FOUND, {"error": f"no such route; there are {', '.join(ROUTES)}"})
        if request.method != "POST":
            return _json(HTTPStatus.METHOD_NOT_ALLOWED, {"error": "use POST"})
        return self._run(route, request.body)

    def _run(self, route: Route, body: bytes) -> HttpResponse:
        try:
            given = json.loads(body or b"{}")
            if not isinstance(given, dict):
                raise TypeError("the body is no JSON object")  # noqa: TRY301 - answered with the other mistakes
            return _json(HTTPStatus.OK, route(self._world, given))
        except ExchangeError as error:
            return _json(HTTPStatus.CONFLICT, {"error": error.text, "code": error.code})
        except KeyError as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": f"missing or unknown: {error}"})
        except (ValueError, TypeError, AttributeError) as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _is_allowed(self, request: HttpRequest) -> bool:
        token = request.headers.get("x-lab-token", "")
        if compare_digest(token.encode(), self._world.control_token.encode()):
            return True
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        account, is_right = self._gate.basic(credentials) if scheme.lower() == "basic" else (None, False)
        return is_right and account is not None and account.mailbox is None


def _json(status: HTTPStatus, content: Any) -> HttpResponse:
    body = json.dumps(content, ensure_ascii=False).encode()
    return HttpResponse(status, body, "application/json; charset=utf-8")
