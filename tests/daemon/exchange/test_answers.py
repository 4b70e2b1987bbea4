from datetime import UTC, datetime

import pytest

from daemon.exchange.sample_answers import GUESTS_COPY, GUESTS_COPY_IN_FULL, envelope, feed_page, refusal, response
from roomd_core.model import ItemRef
from roomd_core.sync.remote import Busy
from roomd_daemon.exchange.answers import read_busy, read_found_ids, read_items, read_page, read_written
from roomd_daemon.exchange.plain_items import PlainItems
from roomd_daemon.exchange.soap import Malformed, ServerFault, open_envelope

NO_ROOMS: frozenset[str] = frozenset()


def test_a_page_tells_what_changed_what_went_and_where_to_go_on() -> None:
    page = read_page(
        feed_page(
            f"<t:Create>{GUESTS_COPY}</t:Create>"
            '<t:Delete><t:ItemId Id="gone" ChangeKey="x"/></t:Delete>'
            '<t:ReadFlagChange><t:ItemId Id="read" ChangeKey="x"/><t:IsRead>true</t:IsRead></t:ReadFlagChange>',
            last=False,
        ),
        NO_ROOMS,
        PlainItems(),
    )

    assert [item.ref.item_id for item in page.changed] == ["AAMk+a/1="]
    assert page.deleted == ("gone",)
    assert (page.state, page.last, page.count) == ("state-2", False, 3)


def test_a_page_says_in_which_folder_an_updated_item_is() -> None:
    page = read_page(feed_page(f"<t:Update>{GUESTS_COPY}</t:Update>"), NO_ROOMS, PlainItems())

    assert page.folders == {"AAMk+a/1=": "calendar-id"}


def test_what_is_not_a_calendar_item_is_left_out_of_the_feed() -> None:
    note = '<t:Create><t:Message><t:ItemId Id="m" ChangeKey="x"/></t:Message></t:Create>'

    assert read_page(feed_page(note), NO_ROOMS, PlainItems()).changed == ()


def test_a_page_without_a_sync_state_is_not_believed() -> None:
    with pytest.raises(Malformed, match="sync state"):
        read_page(feed_page("", state=""), NO_ROOMS, PlainItems())


def test_items_that_are_gone_are_left_out_of_a_batch() -> None:
    answer = response("GetItem", f"<m:Items>{GUESTS_COPY_IN_FULL}</m:Items>")
    answer[0].append(refusal("GetItem", "ErrorItemNotFound")[0][0])
    answer[0].append(refusal("GetItem", "ErrorItemPropertyRequestFailed")[0][0])

    assert [item.ref.item_id for item in read_items(answer, NO_ROOMS)] == ["AAMk+a/1="]


def test_another_refusal_in_a_batch_is_not_taken_for_an_absence() -> None:
    with pytest.raises(ServerFault) as refused:
        read_items(refusal("GetItem", "ErrorAccessDenied", "Access is denied."), NO_ROOMS)

    assert refused.value.code == "ErrorAccessDenied"


def test_a_written_item_comes_back_with_its_id_and_key() -> None:
    written = '<m:Items><t:CalendarItem><t:ItemId Id="i" ChangeKey="k"/></t:CalendarItem></m:Items>'

    assert read_written(response("CreateItem", written)) == ItemRef(item_id="i", change_key="k")


def test_a_write_whose_answer_names_no_item_is_not_believed() -> None:
    with pytest.raises(Malformed):
        read_written(response("CreateItem", "<m:Items/>"))


def test_a_search_names_the_items_found() -> None:
    found = (
        '<m:RootFolder TotalItemsInView="1" IncludesLastItemInRange="true"><t:Items>'
        '<t:CalendarItem><t:ItemId Id="i" ChangeKey="k"/></t:CalendarItem></t:Items></m:RootFolder>'
    )

    assert read_found_ids(response("FindItem", found)) == ["i"]


def availability(*views: str) -> bytes:
    said = "".join(f"<m:FreeBusyResponse>{view}</m:FreeBusyResponse>" for view in views)
    return envelope(
        "<m:GetUserAvailabilityResponse><m:FreeBusyResponseArray>"
        f"{said}</m:FreeBusyResponseArray></m:GetUserAvailabilityResponse>"
    )


GOOD = '<m:ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:ResponseMessage>'


def span(kind: str, details: str = "") -> str:
    return (
        f"{GOOD}<m:FreeBusyView><t:FreeBusyViewType>Detailed</t:FreeBusyViewType><t:CalendarEventArray>"
        "<t:CalendarEvent><t:StartTime>2026-12-01T06:00:00</t:StartTime><t:EndTime>2026-12-01T07:00:00</t:EndTime>"
        f"<t:BusyType>{kind}</t:BusyType>{details}</t:CalendarEvent></t:CalendarEventArray></m:FreeBusyView>"
    )


def test_busy_spans_are_told_by_mailbox_in_the_order_asked() -> None:
    titled = "<t:CalendarEventDetails><t:Subject>Plans</t:Subject></t:CalendarEventDetails>"
    answer = open_envelope(availability(span("Busy", titled), span("Free"), span("Tentative")))

    start, end = datetime(2026, 12, 1, 6, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)
    assert read_busy(answer, ["a@x.com", "b@x.com", "c@x.com"]) == [
        Busy(mailbox="a@x.com", start=start, end=end, title="Plans"),
        Busy(mailbox="c@x.com", start=start, end=end),
    ]


def test_an_unknown_mailbox_is_not_a_free_one() -> None:
    unknown = GOOD.replace("Success", "Error").replace("NoError", "ErrorMailRecipientNotFound")

    with pytest.raises(ServerFault) as refused:
        read_busy(open_envelope(availability(span("Free"), unknown)), ["a@x.com", "typo@x.com"])

    assert refused.value.about == "typo@x.com"


def test_fewer_answers_than_mailboxes_are_not_believed() -> None:
    with pytest.raises(Malformed):
        read_busy(open_envelope(availability(span("Free"))), ["a@x.com", "b@x.com"])
