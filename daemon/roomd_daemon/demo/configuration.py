"""The configuration an administrator would write for a lab, from the lab's ready line."""

from collections.abc import Mapping
from getpass import getuser
from pathlib import Path
from typing import Any

import msgspec


class LabReady(msgspec.Struct, frozen=True, kw_only=True):
    """The lab's ready line: where it is and how to sign in."""

    endpoint: str
    ca_file: str
    username: str
    password: str
    people: tuple[dict[str, Any], ...]
    rooms: tuple[dict[str, Any], ...]
    control: str
    control_token: str
    accounts: tuple[dict[str, str], ...]

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"LabReady({self.endpoint!r})"


def configuration(ready: LabReady, control: Path, answers: Mapping[str, str], sync: str) -> str:
    """Return the TOML for a lab."""
    head = f"""[exchange]
endpoint = "{ready.endpoint}"
username = '{ready.username}'
password_file = "exchange-password"
ca_file = "{ready.ca_file}"

[sync]
interval = "10m"
{sync}
[paths]
state_dir = "state"
socket = "{control}"

"""
    rooms = "".join(room_table(room, answers.get(room["address"], "auto")) for room in ready.rooms)
    me, *others = ready.people
    return head + rooms + person_table(me, unix_user=getuser()) + "".join(map(person_table, others))


def room_table(room: Mapping[str, Any], answers: str) -> str:
    """Return one [[room]]."""
    features = ", ".join(f'"{feature}"' for feature in room["features"])
    return f"""[[room]]
address = "{room["address"]}"
name = "{room["name"]}"
capacity = {room["capacity"]}
features = [{features}]
answers = "{answers}"

"""


def person_table(person: Mapping[str, Any], *, unix_user: str | None = None) -> str:
    """Return one [[person]]; a user of this host books as the person who has ``unix_user``."""
    user = f'unix_user = "{unix_user}"\n' if unix_user else ""
    return f"""[[person]]
address = "{person["address"]}"
name = "{person["name"]}"
{user}
"""
