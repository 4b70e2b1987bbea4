"""The control routes, in one table."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

from roomd_lab.control.views import calendar_view, item_view, mail_view
from roomd_lab.http.messages import HttpRequest, HttpResponse
from roomd_lab.http.sign_in import Gate
from roomd_lab.model.directory import Automation
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.mailbox import FolderName
from roomd_lab.world import World

Json = dict[str, Any]
Route = Callable[[World, Json], Any]

_CHANGEABLE = {"importance", "location", "sensitivity", "subject"}


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no UTC offset")
    return moment


def _book(world: World, given: Json) -> Json:
    start, end = _time(given.pop("start")), _time(given.pop("end"))
    return calendar_view(world.outlook.book(given.pop("organizer"), start=start, end=end, **given))


def _move(world: World, given: Json) -> Json:
    start, end = _time(given["start"]), _time(given["end"])
    return calendar_view(world.outlook.move(given["organizer"], given["uid"], start=start, end=end))


def _change(world: World, given: Json) -> Json:
    fields = given["fields"]
    if unknown := set(fields) - _CHANGEABLE:
        raise ValueError(f"cannot change {', '.join(sorted(unknown))}; only {', '.join(sorted(_CHANGEABLE))}")
    return calendar_view(world.outlook.change(given["organizer"], given["uid"], **fields))


def _cancel(world: World, given: Json) -> Json:
    world.outlook.cancel(given["organizer"], given["uid"])
    return {}


def _respond(world: World, given: Json) -> Json:
    world.outlook.respond(given["address"], given["uid"], given["response"])
    return {}


def _delete(world: World, given: Json) -> Json:
    world.outlook.delete(given["address"], given["uid"])
    return {}


def _write_into(world: World, given: Json) -> Json:
    start, end = _time(given["start"]), _time(given["end"])
    item = world.outlook.write_into(given["address"], subject=given["subject"], start=start, end=end)
    return calendar_view(item)


def _mailbox(world: World, given: Json) -> list[Json]:
    folder = FolderName(given.get("folder", FolderName.CALENDAR))
    return [item_view(item) for item in world.outlook.folder(given["address"], folder)]


def _mail(world: World, _: Json) -> list[Json]:
    return [mail_view(entry) for entry in world.mail_log]


def _policy(world: World, given: Json) -> Json:
    room = world.company.directory.rooms[given.pop("room").lower()]
    if "automation" in given:
        given["automation"] = Automation(given["automation"])
    world.set_room_policy(room.address.smtp, replace(room.policy, **given))
    return {}


def _fault(world: World, given: Json) -> Json:
    world.faults.add(given.pop("kind"), given.pop("operation", "*"), **given)
    return {}


def _clear_faults(world: World, _: Json) -> Json:
    world.faults.clear()
    return {}


ROUTES: dict[str, Route] = {
    "/lab/book": _book,
    "/lab/move": _move,
    "/lab/change": _change,
    "/lab/cancel": _cancel,
    "/lab/respond": _respond,
    "/lab/delete": _delete,
    "/lab/write-into": _write_into,
    "/lab/mailbox": _mailbox,
    "/lab/mail": _mail,
    "/lab/room-policy": _policy,
    "/lab/fault": _fault,
    "/lab/clear-faults": _clear_faults,
}


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
        account = self._gate.basic(credentials) if scheme.lower() == "basic" else None
        return account is not None and account.mailbox is None


def _json(status: HTTPStatus, content: Any) -> HttpResponse:
    body = json.dumps(content, ensure_ascii=False).encode()
    return HttpResponse(status, body, "application/json; charset=utf-8")
