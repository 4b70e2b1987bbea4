"""Signing in, impersonation, delegates, and requests that are none."""

from dataclasses import replace

import pytest
import requests

from lab.contract.conftest import Book
from lab.contract.endpoint import SOAP, Endpoint, ItemId, envelope, impersonating, unique
from lab.contract.requests import CALENDAR, FOLDER_IDS, find, get, get_folder, set_field, update

SUBJECT = set_field("item:Subject", "<t:Subject>Changed</t:Subject>")


def of(mailbox: str, folder: str = "calendar") -> str:
    """A folder of another's mailbox."""
    return (
        f'<t:DistinguishedFolderId Id="{folder}"><t:Mailbox><t:EmailAddress>{mailbox}</t:EmailAddress></t:Mailbox>'
        "</t:DistinguishedFolderId>"
    )


def status_of(endpoint: Endpoint, auth: str, password: str) -> int:
    other = Endpoint(replace(endpoint.site, auth=auth, password=password))
    try:
        return other.status(get_folder(of(endpoint.site.organizer)))
    finally:
        other.close()


@pytest.mark.page("authentication-and-ews-in-exchange")
@pytest.mark.parametrize("auth", ["ntlm", "basic"])
def test_a_user_signs_in_with_the_right_password_alone(endpoint: Endpoint, auth: str) -> None:
    if auth not in endpoint.schemes():
        pytest.skip(f"the endpoint does not offer {auth}")
    assert status_of(endpoint, auth, endpoint.site.password) == 200
    assert status_of(endpoint, auth, unique("wrong")) == 401


@pytest.mark.page("authentication-and-ews-in-exchange")
def test_who_does_not_sign_in_is_told_how_to(endpoint: Endpoint) -> None:
    answer = requests.post(endpoint.site.endpoint, timeout=60, verify=endpoint.site.ca_file or True)
    assert answer.status_code == 401
    assert {"ntlm", "negotiate"} & endpoint.schemes()


@pytest.mark.page("how-to-identify-the-account-to-impersonate")
@pytest.mark.parametrize(("kind", "field"), [("PrincipalName", "principal_name"), ("SID", "sid")])
def test_a_user_is_impersonated_by_any_of_three_names(endpoint: Endpoint, kind: str, field: str) -> None:
    (name,) = endpoint.site.require(field)
    by_name = endpoint.ask_as(impersonating(kind, name), get_folder())
    by_address = endpoint.ask(get_folder(), endpoint.site.attendee)
    assert by_name.folder_id() == by_address.folder_id()


@pytest.mark.page("how-to-configure-impersonation")
def test_nobody_is_impersonated_beyond_the_management_scope(endpoint: Endpoint) -> None:
    (outside,) = endpoint.site.require("outside_scope")
    answer = endpoint.ask(get_folder(), outside)
    assert (answer.status, answer.code) == (500, "ErrorImpersonateUserDenied")


@pytest.fixture
def delegate(endpoint: Endpoint) -> Endpoint:
    username, password = endpoint.site.require("delegate", "delegate_password")
    return Endpoint(replace(endpoint.site, username=username, password=password))


@pytest.mark.page("delegate-access-and-ews-in-exchange")
def test_a_delegate_works_in_the_owners_calendar(endpoint: Endpoint, delegate: Endpoint, book: Book) -> None:
    item = book()
    assert delegate.ask_as("", get(item.element(), base="IdOnly")).item_id() == item
    changed = delegate.ask_as("", update(item.element(), SUBJECT)).item_id()
    assert endpoint.ask(get(changed.element())).text("//t:Subject") == "Changed"


@pytest.mark.page("delegate-access-and-ews-in-exchange")
def test_a_delegate_sees_nothing_else(endpoint: Endpoint, delegate: Endpoint) -> None:
    inbox = of(endpoint.site.organizer, "inbox")
    assert delegate.ask_as("", find(folder=inbox)).code == "ErrorAccessDenied"


@pytest.mark.page("impersonation-and-ews-in-exchange")
def test_who_may_impersonate_without_doing_it_sees_no_mailbox(endpoint: Endpoint) -> None:
    answer = endpoint.ask_as("", get_folder(of(endpoint.site.organizer)))
    assert answer.code in {"ErrorAccessDenied", "ErrorFolderNotFound", "ErrorItemNotFound"}


@pytest.mark.page("responsecode")
def test_an_item_of_another_mailbox_is_out_of_reach(endpoint: Endpoint, book: Book) -> None:
    item: ItemId = book()
    answer = endpoint.ask(get(item.element()), endpoint.site.attendee)
    assert answer.code in {"ErrorItemNotFound", "ErrorAccessDenied"}


@pytest.mark.page("responsecode")
def test_two_users_at_once_are_impersonated_by_nobody(endpoint: Endpoint) -> None:
    element = impersonating("PrimarySmtpAddress", "").replace("<t:PrimarySmtpAddress></t:PrimarySmtpAddress>", "")
    answer = endpoint.ask_as(element, get_folder())
    assert answer.code in {"ErrorInvalidExchangeImpersonationHeaderData", "ErrorSchemaValidation"}


@pytest.mark.page("responsecode")
@pytest.mark.parametrize(
    "document",
    [
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(),
        envelope("<m:GetNothingAtAll/>", ""),
        envelope(f"<m:GetFolder><m:FolderIds>{CALENDAR}</m:FolderIds>{FOLDER_IDS}</m:GetFolder>", "")[:-20],
    ],
    ids=["no operation", "unknown operation", "not well-formed"],
)
def test_what_is_no_request_is_a_fault_or_a_bad_request(endpoint: Endpoint, document: bytes) -> None:
    status, content = endpoint.raw(document)
    assert status in {400, 500}
    assert status == 400 or b":Fault>" in content
