"""The accounts file of a running lab, made from the line it prints when it is ready.

roomd lab --port 8443 > ready.json &
python tests/lab/contract/lab_accounts.py < ready.json > accounts.json
make contract ENDPOINT=accounts.json
"""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from lab.contract.endpoint import Site


def site_of(ready: dict[str, Any]) -> Site:
    """The lab as a site: its first two people, its first room, its delegate, and whom it left out of scope."""
    inside = [person for person in ready["people"] if person["address"] not in ready["outside_scope"]]
    organizer, attendee = inside[:2]
    delegate = next(each for each in ready["accounts"] if each["username"].endswith("svc-delegate"))
    return Site(
        endpoint=ready["endpoint"],
        username=ready["username"],
        password=ready["password"],
        ca_file=ready["ca_file"],
        organizer=organizer["address"],
        attendee=attendee["address"],
        room=ready["rooms"][0]["address"],
        principal_name=attendee["principal_name"],
        sid=attendee["sid"],
        delegate=delegate["username"],
        delegate_password=delegate["password"],
        outside_scope=next(iter(ready["outside_scope"]), None),
        room_list=ready["room_lists"][0],
    )


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(dataclasses.asdict(site_of(json.load(sys.stdin))), ensure_ascii=False, indent=1) + "\n"
    )
