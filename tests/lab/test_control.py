import json
from datetime import timedelta
from typing import Any

from lab.wire import GUANGHAN, HOUR, TOMORROW, WORKSHOP, ZHANGSAN, Client
from roomd_lab import Lab

BOOKING = {
    "organizer": ZHANGSAN,
    "subject": "Planning",
    "start": TOMORROW.isoformat(),
    "end": (TOMORROW + HOUR).isoformat(),
    "rooms": [GUANGHAN],
}


def control(
    client: Client, route: str, given: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Any:
    token = {"X-Lab-Token": client.lab.control_token}
    status, body = client.post(
        json.dumps(given or {}), path=f"/lab/{route}", headers=token if headers is None else headers
    )
    return status, json.loads(body) if body else None


def test_a_meeting_is_booked_moved_and_cancelled(client: Client) -> None:
    _, booked = control(client, "book", BOOKING)
    assert booked["attendees"] == [{"address": GUANGHAN, "role": "resource", "response": "Accept"}]
    later = {"start": (TOMORROW + HOUR).isoformat(), "end": (TOMORROW + 2 * HOUR).isoformat()}
    _, moved = control(client, "move", {"organizer": ZHANGSAN, "uid": booked["uid"], **later})
    assert moved["start"] == later["start"]
    _, held = control(client, "mailbox", {"address": GUANGHAN})
    assert [(item["start"], item["my_response"]) for item in held] == [(later["start"], "Accept")]
    control(client, "cancel", {"organizer": ZHANGSAN, "uid": booked["uid"]})
    assert control(client, "mailbox", {"address": GUANGHAN}) == (200, [])


def test_a_meeting_is_renamed_and_nothing_but_what_may_be_changed_is(client: Client) -> None:
    _, booked = control(client, "book", BOOKING)
    mine = {"organizer": ZHANGSAN, "uid": booked["uid"]}
    assert control(client, "change", mine | {"fields": {"subject": "Review"}})[1]["subject"] == "Review"
    status, body = control(client, "change", mine | {"fields": {"change_key": "x"}})
    assert (status, body["error"]) == (
        400,
        "cannot change change_key; only importance, location, sensitivity, subject",
    )


def test_a_series_is_booked_changed_in_parts_and_split(client: Client) -> None:
    weekly = {"pattern": "weekly", "days": [f"{TOMORROW:%A}"], "count": 6}
    _, booked = control(client, "book", BOOKING | {"recurrence": weekly})
    days = [(TOMORROW + timedelta(weeks=n)).date().isoformat() for n in range(6)]
    assert (booked["type"], booked["recurrence"]["first"]) == ("RecurringMaster", days[0])
    assert booked["recurrence"] | weekly == booked["recurrence"]
    mine = {"organizer": ZHANGSAN, "uid": booked["uid"]}
    _, changed = control(client, "change", mine | {"on": days[1], "fields": {"subject": "Guests"}})
    assert (changed["type"], changed["subject"]) == ("Exception", "Guests")
    control(client, "cancel", mine | {"on": days[2]})
    later = {"start": (TOMORROW + timedelta(weeks=4, hours=5)).isoformat()}
    ends = {"end": (TOMORROW + timedelta(weeks=4, hours=6)).isoformat()}
    _, second = control(client, "this-and-following", mine | {"on": days[4]} | later | ends)
    assert second["recurrence"]["count"] == 2
    window = {"start": TOMORROW.isoformat(), "end": (TOMORROW + timedelta(weeks=7)).isoformat()}
    _, shown = control(client, "calendar", {"address": GUANGHAN} | window)
    assert [(item["start"][:10], item["uid"] == booked["uid"]) for item in shown] == [
        (days[0], True),
        (days[1], True),
        (days[3], True),
        (days[4], False),
        (days[5], False),
    ]
    _, (master, _) = control(client, "mailbox", {"address": ZHANGSAN})
    assert (master["exceptions"], master["deletions"]) == ([days[1]], [days[2]])


def test_a_mistake_in_a_recurrence_is_named(client: Client) -> None:
    for mistake in ({"pattern": "hourly"}, {"pattern": "weekly", "days": ["Someday"]}, {"pattern": "weekly"}):
        assert control(client, "book", BOOKING | {"recurrence": mistake})[0] == 400


def test_somebody_answers_for_a_room(client: Client) -> None:
    _, booked = control(client, "book", BOOKING | {"rooms": [WORKSHOP]})
    control(client, "respond", {"address": WORKSHOP, "uid": booked["uid"], "response": "Decline"})
    _, held = control(client, "mailbox", {"address": ZHANGSAN})
    assert held[0]["attendees"][0]["response"] == "Decline"
    _, inbox = control(client, "mailbox", {"address": ZHANGSAN, "folder": "inbox"})
    assert inbox[0]["subject"] == "Declined: Planning"


def test_the_mail_log_is_read(client: Client) -> None:
    control(client, "book", BOOKING)
    _, log = control(client, "mail")
    assert [(entry["kind"], entry["to"]) for entry in log] == [
        ("MeetingRequest", GUANGHAN),
        ("MeetingResponse", ZHANGSAN),
    ]


def test_policies_and_faults_are_set(client: Client, lab: Lab) -> None:
    control(client, "room-policy", {"room": GUANGHAN, "automation": "AutoUpdate"})
    _, booked = control(client, "book", BOOKING)
    assert booked["attendees"][0]["response"] == "Unknown"
    control(client, "fault", {"kind": "http-503", "operation": "GetItem", "times": 3})
    assert lab.faults.pending()[0].times == 3
    control(client, "clear-faults")
    assert lab.faults.pending() == ()


def test_a_mistake_is_named(client: Client) -> None:
    assert control(client, "book", {"organizer": ZHANGSAN})[0] == 400
    assert control(client, "book", BOOKING | {"start": "2026-12-01T10:00"})[1] == {
        "error": "'2026-12-01T10:00' has no UTC offset"
    }
    status, body = control(client, "cancel", {"organizer": ZHANGSAN, "uid": "unknown"})
    assert (status, body["code"]) == (409, "ErrorItemNotFound")
    assert control(client, "no-such-route")[0] == 404
    assert control(client, "mailbox", {"address": 5})[0] == 400
    assert control(client, "fault", {"kind": "earthquake"})[0] == 400


def test_only_the_token_or_a_service_account_opens_it(client: Client) -> None:
    assert control(client, "mail", headers={})[0] == 401
    assert control(client, "mail", headers={"X-Lab-Token": "guess"})[0] == 401
    assert control(client, "mail", headers=client.basic("zhangsan"))[0] == 401
    assert control(client, "mail", headers=client.basic("svc-nobody"))[0] == 200


def test_an_administrator_sets_scope_and_permissions(client: Client) -> None:
    assert control(client, "scope", {"address": ZHANGSAN, "outside": True}) == (200, {"outside": [ZHANGSAN]})
    assert control(client, "scope", {"address": ZHANGSAN, "outside": False}) == (200, {"outside": []})
    assert control(client, "permit", {"delegate": ZHANGSAN, "owner": GUANGHAN, "level": "Reviewer"})[0] == 200
    assert control(client, "permit", {"delegate": ZHANGSAN, "owner": GUANGHAN, "level": "King"})[0] == 400


def test_trouble_is_planned_and_requests_are_looked_up(client: Client, lab: Lab) -> None:
    assert control(client, "fault-plan", {"plan": "7:1"})[0] == 200
    assert lab.faults.take("GetItem") is not None
    control(client, "clear-faults")
    assert lab.faults.take("GetItem") is None
    assert control(client, "fault-plan", {"plan": "plan.jsonl"})[0] == 400
    assert control(client, "fault", {"kind": "http-503", "colour": "red"})[0] == 400
    assert control(client, "lose-subscriptions", {"code": "ErrorReadEventsFailed"}) == (200, {"lost": 0})
    assert control(client, "requests", {"operation": "GetItem"}) == (200, [])


def test_somebody_leaves(client: Client, lab: Lab) -> None:
    control(client, "leave", {"address": ZHANGSAN})
    assert ZHANGSAN not in lab.company.people()
    assert control(client, "leave", {"address": ZHANGSAN})[0] == 409
