"""Outlook people at work."""

import json
import random
import ssl
import urllib.request
from collections import Counter
from typing import Any

from lab.contract.endpoint import eventually
from lab.test_command import running
from roomd_lab import Company, Lab
from roomd_lab.pace import act


def test_people_book_answer_move_and_cancel() -> None:
    lab, rng = Lab(Company.seeded(people=8, rooms=4)), random.Random(3)
    done = [act(lab, rng) for _ in range(200)]
    verbs = ("booked", "answered", "moved", "cancelled")
    deeds = Counter(next(verb for verb in verbs if verb in line) for line in done)
    assert min(deeds[verb] for verb in verbs) > 10
    answers = Counter(line.rpartition(": ")[2] for line in done if "answered" in line)
    assert answers["Accept"] > answers["Tentative"] > 0
    assert answers["Decline"] > 0
    told = {(str(entry.kind), entry.detail) for entry in lab.mail_log}
    assert told >= {("MeetingRequest", "FullUpdate"), ("MeetingResponse", "Decline"), ("MeetingCancellation", "")}


def test_a_seed_makes_the_same_people_do_the_same() -> None:
    def done(seed: int) -> list[str]:
        lab, rng = Lab(Company.seeded(people=8, rooms=4, seed=2)), random.Random(seed)
        return [act(lab, rng).partition(" at ")[0] for _ in range(40)]

    assert done(1) == done(1) != done(2)


def test_the_command_lets_them_work_at_a_pace() -> None:
    with running("--empty", "--people", "6", "--rooms", "3", "--outlook-pace", "0.01") as (_, ready):
        kinds = {"MeetingRequest", "MeetingResponse", "MeetingCancellation"}
        eventually(lambda: {entry["kind"] for entry in mail(ready)} >= kinds)
    with running("--empty", "--people", "6", "--rooms", "3") as (_, ready):
        assert mail(ready) == []


def mail(ready: dict[str, Any]) -> list[dict[str, Any]]:
    """What the control route of a lab of its own tells of the mail so far."""
    request = urllib.request.Request(
        ready["control"] + "mail", b"{}", {"X-Lab-Token": ready["control_token"]}, method="POST"
    )
    context = ssl.create_default_context(cafile=ready["ca_file"])
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        return list(json.load(answer))
