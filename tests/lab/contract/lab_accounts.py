"""The accounts file of a running lab, made from the line it prints when it is ready.

roomd lab --port 8443 > ready.json &
python tests/lab/contract/lab_accounts.py < ready.json > accounts.json
make contract ENDPOINT=accounts.json
"""

import json
import sys
from typing import Any


def accounts_of(ready: dict[str, Any]) -> dict[str, str | None]:
    """The fields of a Site: the lab's first two people, first room, delegate, and whom it left out of scope."""
    inside = [person for person in ready["people"] if person["address"] not in ready["outside_scope"]]
    organizer, attendee = inside[:2]
    delegate = next(each for each in ready["accounts"] if each["username"].endswith("svc-delegate"))
    return {
        "endpoint": ready["endpoint"],
        "username": ready["username"],
        "password": ready["password"],
        "ca_file": ready["ca_file"],
        "organizer": organizer["address"],
        "attendee": attendee["address"],
        "room": ready["rooms"][0]["address"],
        "principal_name": attendee["principal_name"],
        "sid": attendee["sid"],
        "delegate": delegate["username"],
        "delegate_password": delegate["password"],
        "outside_scope": next(iter(ready["outside_scope"]), None),
        "room_list": ready["room_lists"][0],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(accounts_of(json.load(sys.stdin)), ensure_ascii=False, indent=1) + "\n")
