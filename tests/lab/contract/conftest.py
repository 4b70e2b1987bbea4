"""The contract suite asks the lab, or the endpoint of `--endpoint-file FILE`."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from lab.contract.endpoint import RUN, Endpoint, ItemId, Site, unique
from lab.contract.lab_accounts import accounts_of
from lab.contract.requests import ID_ONLY, calendar_item, contains, create, delete, find, next_tuesday
from lab.wire import LISI
from roomd_lab import Company, Lab
from roomd_lab.cli import ready_line

_SITE = pytest.StashKey[Site]()
Book = Callable[..., ItemId]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--endpoint-file", type=Path, help="JSON: an EWS endpoint and accounts to hold to the contract")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--endpoint-file", default=None)
    if file is not None:
        config.stash[_SITE] = Site.from_file(file)
    config.addinivalue_line("markers", "page(name): the page of Microsoft's documentation that states this")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here) and not any(
            each.args and each.args[0] for each in item.iter_markers("page")
        ):
            raise pytest.UsageError(f"{item.nodeid} names no page of the documentation")


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    given = request.config.stash.get(_SITE, None)
    if given is not None:
        yield given
        return
    lab = Lab(Company.seeded())
    lab.company.directory.leave_out_of_scope(LISI)
    with lab.serve_in_thread() as address:
        yield Site(**accounts_of(ready_line(lab, address)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def endpoint(site: Site) -> Iterator[Endpoint]:
    asking = Endpoint(site)
    yield asking
    sweep(asking)
    asking.close()


def sweep(endpoint: Endpoint) -> None:
    """Take away whatever this run left in the three mailboxes: copies of meetings, and the mail about them."""
    for mailbox in (endpoint.site.organizer, endpoint.site.attendee, endpoint.site.room):
        for name in ("calendar", "inbox", "sentitems", "deleteditems"):
            folder = f'<t:DistinguishedFolderId Id="{name}"/>'
            left = endpoint.ask(find(contains("item:Subject", RUN), folder=folder, shape=ID_ONLY), mailbox)
            if references := "".join(f'<t:ItemId Id="{each.get("Id")}"/>' for each in left.all("//t:ItemId")):
                endpoint.ask(delete(references), mailbox)


@pytest.fixture
def book(endpoint: Endpoint) -> Iterator[Book]:
    """Books in the organizer's calendar, and clears up afterwards, telling the attendees."""
    booked: list[tuple[ItemId, str]] = []

    def make(start: datetime | None = None, *, mode: str = "SendToNone", subject: str = "", **item: object) -> ItemId:
        element = calendar_item(subject or unique("Contract"), start or next_tuesday(), **item)  # type: ignore[arg-type]
        made = endpoint.ask(create(element, mode)).item_id()
        booked.append((made, mode))
        return made

    yield make
    for made, mode in booked:
        telling = "SendToNone" if mode == "SendToNone" else "SendToAllAndSaveCopy"
        endpoint.ask(delete(made.element(), mode=telling))
