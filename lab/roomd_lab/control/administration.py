"""Control routes for what an administrator does, and for trouble on demand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from roomd_lab.control.views import request_view
from roomd_lab.fault_plan import read_seeded_plan
from roomd_lab.model.people import Automation, Permission
from roomd_lab.world import World

Json = dict[str, Any]
Route = Callable[[World, Json], Any]


def _policy(world: World, given: Json) -> Json:
    room = world.company.directory.rooms[given.pop("room").lower()]
    if "automation" in given:
        given["automation"] = Automation(given["automation"])
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    world.set_room_policy(room.address.smtp, replace(room.policy, **given))
    return {}


def _fault(world: World, given: Json) -> Json:
    world.faults.add(given.pop("kind"), given.pop("operation", "*"), **given)
    return {}


def _fault_plan(world: World, given: Json) -> Json:
    world.faults.follow(read_seeded_plan(given["plan"]))
    return {}


def _certificate(world: World, given: Json) -> Json:
    seconds = given.get("seconds")
    world.certificate.show(given["kind"], None if seconds is None else float(seconds))
    return {"kind": str(world.certificate.kind)}


def _subscriptions(world: World, given: Json) -> Json:
    return {"lost": world.lose_subscriptions(given.get("code", "ErrorSubscriptionNotFound"))}


def _scope(world: World, given: Json) -> Json:
    world.company.directory.leave_out_of_scope(given["address"], outside=bool(given["outside"]))
    return {"outside": sorted(world.company.directory.outside_scope)}


def _permit(world: World, given: Json) -> Json:
    level = Permission(given["level"]) if given.get("level") else None
    world.permit(given["delegate"], given["owner"], level, folder=given.get("folder"))
    return {}


def _requests(world: World, given: Json) -> list[Json]:
    return [request_view(entry) for entry in world.requests.of(given.get("operation"), given.get("account"))]


def _clear_faults(world: World, _: Json) -> Json:
    world.faults.clear()
    return {}


ADMINISTRATION_ROUTES: dict[str, Route] = {
    "/lab/room-policy": _policy,
    "/lab/permit": _permit,
    "/lab/scope": _scope,
    "/lab/fault": _fault,
    "/lab/fault-plan": _fault_plan,
    "/lab/clear-faults": _clear_faults,
    "/lab/certificate": _certificate,
    "/lab/lose-subscriptions": _subscriptions,
    "/lab/requests": _requests,
}
