"""Control routes for what people do: book, move, answer, cancel, look."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from roomd_lab.control.recurrences import recurrence_of
from roomd_lab.control.views import calendar_view, item_view, mail_view
from roomd_lab.model.folders import FolderName
from roomd_lab.world import World

Json = dict[str, Any]
Route = Callable[[World, Json], Any]

_CHANGEABLE = {"importance", "location", "sensitivity", "subject"}


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no UTC offset")
    return moment


def _on(given: Json) -> date | None:
    """The day in the pattern of the one occurrence that is meant."""
    return date.fromisoformat(given["on"]) if given.get("on") else None


def _book(world: World, given: Json) -> Json:
    start, end = _time(given.pop("start")), _time(given.pop("end"))
    if "recurrence" in given:
        given["recurrence"] = recurrence_of(given["recurrence"], start.date())
    return calendar_view(world.outlook.book(given.pop("organizer"), start=start, end=end, **given))


def _move(world: World, given: Json) -> Json:
    times = {"start": _time(given["start"]), "end": _time(given["end"])}
    return calendar_view(world.outlook.move(given["organizer"], given["uid"], on=_on(given), **times))


def _change(world: World, given: Json) -> Json:
    fields = _changed_fields(given["fields"])
    return calendar_view(world.outlook.change(given["organizer"], given["uid"], on=_on(given), **fields))


def _this_and_following(world: World, given: Json) -> Json:
    on, fields = date.fromisoformat(given["on"]), _changed_fields(given.get("fields", {}))
    times = {name: _time(given[name]) for name in ("start", "end") if name in given}
    return calendar_view(world.outlook.this_and_following(given["organizer"], given["uid"], on=on, **fields, **times))


def _changed_fields(fields: Json) -> Json:
    if unknown := set(fields) - _CHANGEABLE:
        raise ValueError(f"cannot change {', '.join(sorted(unknown))}; only {', '.join(sorted(_CHANGEABLE))}")
    return fields


def _cancel(world: World, given: Json) -> Json:
    world.outlook.cancel(given["organizer"], given["uid"], on=_on(given))
    return {}


def _respond(world: World, given: Json) -> Json:
    world.outlook.respond(given["address"], given["uid"], given["response"], on=_on(given))
    return {}


def _approve(world: World, given: Json) -> Json:
    world.outlook.approve(given["delegate"], given["uid"], given["response"], on=_on(given))
    return {}


def _delete(world: World, given: Json) -> Json:
    world.outlook.delete(given["address"], given["uid"], on=_on(given))
    return {}


def _calendar(world: World, given: Json) -> list[Json]:
    start, end = _time(given["start"]), _time(given["end"])
    return [calendar_view(item) for item in world.outlook.calendar_between(given["address"], start, end)]


def _write_into(world: World, given: Json) -> Json:
    start, end = _time(given["start"]), _time(given["end"])
    item = world.outlook.write_into(given["address"], subject=given["subject"], start=start, end=end)
    return calendar_view(item)


def _mailbox(world: World, given: Json) -> list[Json]:
    folder = FolderName(given.get("folder", FolderName.CALENDAR))
    return [item_view(item) for item in world.outlook.folder(given["address"], folder)]


def _mail(world: World, _: Json) -> list[Json]:
    return [mail_view(entry) for entry in world.mail_log]


def _leave(world: World, given: Json) -> Json:
    world.outlook.leave(given["address"])
    return {}


MEETING_ROUTES: dict[str, Route] = {
    "/lab/book": _book,
    "/lab/move": _move,
    "/lab/change": _change,
    "/lab/this-and-following": _this_and_following,
    "/lab/cancel": _cancel,
    "/lab/respond": _respond,
    "/lab/approve": _approve,
    "/lab/delete": _delete,
    "/lab/write-into": _write_into,
    "/lab/calendar": _calendar,
    "/lab/mailbox": _mailbox,
    "/lab/mail": _mail,
    "/lab/leave": _leave,
}
