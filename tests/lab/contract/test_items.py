"""Shapes, moves, copies, deletions and change descriptions of single items."""

import re

import pytest

from lab.contract.conftest import Book
from lab.contract.endpoint import Answer, Endpoint, ItemId, unique
from lab.contract.requests import (
    CALENDAR,
    CLEAN_ID,
    DEFAULT,
    DISCARDED,
    ID_ONLY,
    calendar_item,
    create,
    delete,
    equals,
    find,
    get,
    next_tuesday,
    set_field,
    update,
)

DELETED = '<t:DistinguishedFolderId Id="deleteditems"/>'
BASES = ("IdOnly", "Default", "AllProperties")
BODY = '<t:Body BodyType="Text">{}</t:Body>'


def moving(name: str, item: ItemId, to: str = DELETED) -> str:
    return f"<m:{name}><m:ToFolderId>{to}</m:ToFolderId><m:ItemIds>{item.element()}</m:ItemIds></m:{name}>"


def fields(answer: Answer) -> set[str]:
    return {each.tag.rpartition("}")[2] for each in answer.all("//t:CalendarItem/*")}


@pytest.mark.page("baseshape")
def test_a_shape_says_what_comes_back(endpoint: Endpoint, book: Book) -> None:
    item = book()
    seen = {base: fields(endpoint.ask(get(item.element(), base=base))) for base in BASES}
    assert seen["IdOnly"] == {"ItemId"}
    assert {"Subject", "Start", "End", "CalendarItemType"} <= seen["Default"] < seen["AllProperties"]
    assert "ChangeKey" in endpoint.ask(get(item.element(), base="IdOnly")).all("//t:ItemId")[0].attrib


@pytest.mark.page("additionalproperties")
def test_a_property_is_had_besides_the_shape(endpoint: Endpoint, book: Book) -> None:
    item = book()
    answer = endpoint.ask(get(item.element(), '<t:FieldURI FieldURI="calendar:UID"/>', CLEAN_ID, base="IdOnly"))
    assert len(answer.all("//t:CalendarItem/t:UID")) == len(answer.all("//t:ExtendedProperty")) == 1


@pytest.mark.page("includemimecontent")
def test_an_item_is_had_as_icalendar(endpoint: Endpoint, book: Book) -> None:
    request = get(book().element(), base="IdOnly").replace(
        "</t:BaseShape>", "</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>"
    )
    (content,) = endpoint.ask(request).texts("//t:MimeContent")
    assert content.startswith("QkVHSU46VkNBTEVOREFS")


@pytest.mark.page("baseshape")
@pytest.mark.parametrize("shape", [ID_ONLY, DEFAULT])
def test_a_search_keeps_to_its_shape(endpoint: Endpoint, book: Book, shape: str) -> None:
    subject = unique("Shape")
    book(subject=subject)
    answer = endpoint.ask(find(equals("item:Subject", subject), shape=shape))
    assert answer.texts("//t:Subject") == ([] if shape is ID_ONLY else [subject])
    assert answer.all("//t:Body") == answer.all("//t:RequiredAttendees") == []


@pytest.mark.page("ews-identifiers-in-exchange")
def test_a_moved_item_has_another_id_and_the_same_identity(endpoint: Endpoint, book: Book) -> None:
    item = book()
    identity = endpoint.ask(get(item.element(), CLEAN_ID)).text("//t:ExtendedProperty/t:Value")
    moved = endpoint.ask(moving("MoveItem", item)).item_id()
    assert moved.id != item.id
    assert endpoint.ask(get(item.element())).code == "ErrorItemNotFound"
    assert endpoint.ask(get(moved.element(), CLEAN_ID)).text("//t:ExtendedProperty/t:Value") == identity
    assert endpoint.ask(delete(moved.element())).code == "NoError"


@pytest.mark.page("copyitem-operation")
def test_a_copy_is_another_item(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Copied")
    item = book(subject=subject)
    copy = endpoint.ask(moving("CopyItem", item)).item_id()
    assert copy.id != item.id
    assert endpoint.ask(get(item.element(), base="Default")).text("//t:Subject") == subject
    assert endpoint.ask(get(copy.element(), base="Default")).text("//t:Subject") == subject
    assert endpoint.ask(delete(copy.element())).code == "NoError"


@pytest.mark.page("deletetype")
def test_a_soft_deleted_item_is_in_the_dumpster(endpoint: Endpoint, book: Book) -> None:
    subject = unique("Soft")
    assert endpoint.ask(delete(book(subject=subject).element(), "SoftDelete")).code == "NoError"
    for folder in (CALENDAR, DELETED):
        assert endpoint.ask(find(equals("item:Subject", subject), folder=folder)).all("//t:ItemId") == []
    found = endpoint.ask(find(equals("item:Subject", subject), folder=DISCARDED))
    assert len(found.all("//t:ItemId")) == 1


@pytest.mark.page("responsecode")
def test_a_deletion_of_nothing_is_told(endpoint: Endpoint, book: Book) -> None:
    item = book()
    assert endpoint.ask(delete(item.element())).code == "NoError"
    assert endpoint.ask(delete(item.element())).code == "ErrorItemNotFound"


@pytest.mark.page("appendtoitemfield")
def test_text_is_appended_to_a_body(endpoint: Endpoint, book: Book) -> None:
    item = book(before_start=BODY.format("one"))
    append = set_field("item:Body", BODY.format(" two")).replace("SetItemField", "AppendToItemField")
    changed = endpoint.ask(update(item.element(), append)).item_id()
    text = endpoint.ask(
        get(changed.element()).replace("</t:BaseShape>", "</t:BaseShape><t:BodyType>Text</t:BodyType>")
    )
    assert re.sub(r"\s+", " ", text.text("//t:Body")).strip() == "one two"


@pytest.mark.page("appendtoitemfield")
def test_not_everything_can_be_appended_to(endpoint: Endpoint, book: Book) -> None:
    append = set_field("item:Subject", "<t:Subject>x</t:Subject>").replace("SetItemField", "AppendToItemField")
    assert endpoint.ask(update(book().element(), append)).code == "ErrorInvalidPropertyAppend"


@pytest.mark.page("deleteitemfield")
def test_a_property_is_taken_away(endpoint: Endpoint, book: Book) -> None:
    set_it = set_field("calendar:Location", "<t:Location>Here</t:Location>")
    placed = endpoint.ask(update(book().element(), set_it)).item_id()
    assert endpoint.ask(get(placed.element())).texts("//t:Location") == ["Here"]
    clear = '<t:DeleteItemField><t:FieldURI FieldURI="calendar:Location"/></t:DeleteItemField>'
    cleared = endpoint.ask(update(placed.element(), clear)).item_id()
    assert endpoint.ask(get(cleared.element())).texts("//t:Location") in ([], [""])


@pytest.mark.page("responsecode")
def test_what_an_item_must_have_is_not_taken_away(endpoint: Endpoint, book: Book) -> None:
    clear = '<t:DeleteItemField><t:FieldURI FieldURI="calendar:Start"/></t:DeleteItemField>'
    assert endpoint.ask(update(book().element(), clear)).code == "ErrorInvalidPropertyDelete"


@pytest.mark.page("responsecode")
def test_a_path_names_the_property_that_is_set(endpoint: Endpoint, book: Book) -> None:
    wrong = set_field("item:Subject", "<t:Location>x</t:Location>")
    assert endpoint.ask(update(book().element(), wrong)).code == "ErrorUpdatePropertyMismatch"


@pytest.mark.page("MS-OXWSCORE 3.1.4.9")
def test_auto_resolve_takes_a_stale_change_key(endpoint: Endpoint, book: Book) -> None:
    item = book()
    newer = set_field("item:Subject", "<t:Subject>Newer</t:Subject>")
    endpoint.ask(update(item.element(), newer))
    other = set_field("calendar:Location", "<t:Location>There</t:Location>")
    merged = endpoint.ask(update(item.element(), other, resolution="AutoResolve")).item_id()
    seen = endpoint.ask(get(merged.element()))
    assert (seen.text("//t:Subject"), seen.text("//t:Location")) == ("Newer", "There")


@pytest.mark.page("MS-OXCICAL 2.1.3.1.1.20.26")
def test_a_uid_of_ones_own_is_kept(endpoint: Endpoint) -> None:
    uid = unique("uid").replace(" ", "-")
    item = calendar_item("Contract", next_tuesday(), before_start=f"<t:UID>{uid}</t:UID>")
    made = endpoint.ask(create(item)).item_id()
    assert endpoint.ask(get(made.element())).text("//t:UID") == uid
    endpoint.ask(delete(made.element()))


@pytest.mark.page("how-to-update-the-time-zone-for-an-appointment-by-using-ews-in-exchange")
def test_a_new_zone_leaves_the_hands_of_the_clock(endpoint: Endpoint, book: Book) -> None:
    zone = '<t:{0} Id="UTC"/>'
    start = next_tuesday()
    item = book(
        start,
        after_people='<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>',
    )
    changes = "".join(set_field(f"calendar:{n}", zone.format(n)) for n in ("StartTimeZone", "EndTimeZone"))
    moved = endpoint.ask(update(item.element(), changes)).item_id()
    seen = endpoint.ask(get(moved.element())).text("//t:Start")
    assert int(seen[11:13]) - start.hour in {1, 2}, "the wall time of the old zone, now in UTC"


@pytest.mark.page("convertid-operation")
def test_an_id_is_converted_there_and_back(endpoint: Endpoint, book: Book) -> None:
    def convert(given: str, form: str, to: str) -> str:
        source = f'<t:AlternateId Format="{form}" Id="{given}" Mailbox="{endpoint.site.organizer}"/>'
        request = f'<m:ConvertId DestinationFormat="{to}"><m:SourceIds>{source}</m:SourceIds></m:ConvertId>'
        answer = endpoint.ask(request)
        assert answer.code == "NoError"
        return str(answer.all("//m:AlternateId")[0].get("Id"))

    item = book()
    hexadecimal = convert(item.id, "EwsId", "HexEntryId")
    assert re.fullmatch("[0-9A-F]+", hexadecimal)
    assert convert(hexadecimal, "HexEntryId", "EwsId") == item.id
