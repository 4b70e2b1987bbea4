"""Every operation answers a good request, and survives one that was spoiled somewhere."""

import copy
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lab.ews_schema import assert_valid
from lab.valid_requests import requests
from lab.wire import GUANGHAN, HOUR, TOMORROW, envelope
from roomd_lab import Company, Lab
from roomd_lab.soap.operations import OPERATIONS
from roomd_lab.soap.service import Answer, perform, read

# Of requests about a folder that must stay, a subscription that nobody made, and who is no delegate yet.
EXPECTED_REFUSALS = {"ErrorDeleteDistinguishedFolder", "ErrorSubscriptionNotFound", "ErrorNotDelegate"}
# Those of Exchange 2013 and later are answered by the name of an inner one.
VERSIONS = {
    "Exchange2010_SP2": "Exchange2010_SP2",
    "Exchange2013": "V2017_07_11",
    "Exchange2013_SP1": "V2017_07_11",
    "Exchange2016": "V2017_07_11",
}
BUILD = ("Major", "Minor", "MajorBuild", "MinorBuild")
NUMBER = len(requests("", ""))
ODD_TEXTS = (
    *("", "0", "-1", "99999999999999999999", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"),
    *("PT" + "9" * 60 + "H", "true", "x", "\U0001f600", "NaN", "\u00b2", "=", "AAMgAAEAAAAB"),
)


def answer(number: int, spoil: random.Random | None = None, version: str = "Exchange2016") -> bytes:
    lab = Lab(Company.seeded(people=3, rooms=2), id_seed="spoiled")
    item = lab.outlook.write_into(GUANGHAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR)
    root = etree.fromstring(envelope(requests(item.item_id, item.change_key)[number], version=version))
    if spoil:
        for _ in range(spoil.randint(1, 3)):
            spoil_one(root, spoil)
    request = read(etree.tostring(root))
    if isinstance(request, Answer):
        return request.document
    return perform(lab.organization, request, lab.account("svc-roomd")).document


def spoil_one(root: etree._Element, rng: random.Random) -> None:
    elements = list(root.iter())[1:]
    if not elements:
        return
    element = rng.choice(elements)
    action = rng.choice(("remove", "text", "attribute", "no attribute", "nest", "empty"))
    parent = element.getparent()
    if action == "remove" and parent is not None:
        parent.remove(element)
    elif action == "text":
        element.text = rng.choice(ODD_TEXTS)
    elif action == "attribute" and element.attrib:
        element.set(rng.choice(list(element.attrib)), rng.choice(ODD_TEXTS))
    elif action == "no attribute" and element.attrib:
        del element.attrib[rng.choice(list(element.attrib))]
    elif action == "nest":
        element.append(copy.deepcopy(rng.choice(elements)))
    elif action == "empty":
        for child in list(element):
            element.remove(child)


def test_there_is_a_good_request_of_every_operation() -> None:
    operations = {re.match(r"<m:(\w+?)(?:Request)?[ />]", each) for each in requests("", "")}
    assert {each[1] for each in operations if each} == set(OPERATIONS)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", range(NUMBER))
def test_a_good_request_of_every_version_is_answered_without_any_other_error(number: int, version: str) -> None:
    document = answer(number, version=version)
    assert_valid(document)
    (told,) = etree.fromstring(document).iter("{*}ServerVersionInfo")
    build = [told.get(f"{each}Number" if "Build" in each else f"{each}Version") for each in BUILD]
    assert build == ["15", "1", "2507", "61"]
    assert told.get("Version") == VERSIONS[version]
    codes = {code.text for code in etree.fromstring(document).iter("{*}ResponseCode")}
    assert codes <= {"NoError", "ErrorNameResolutionMultipleResults", *EXPECTED_REFUSALS}


@settings(max_examples=400, deadline=None)
@given(number=st.integers(0, NUMBER - 1), seed=st.integers(0, 2**32))
def test_a_spoiled_request_gets_an_answer_and_never_an_internal_error(number: int, seed: int) -> None:
    document = answer(number, random.Random(seed))
    assert b"ErrorInternalServerError" not in document
    assert_valid(document)
