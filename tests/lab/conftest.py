from collections.abc import Iterator

import exchangelib
import pytest

from lab import ews_schema
from lab.wire import Client
from roomd_lab import Company, Lab, Outlook


def pytest_report_header() -> str:
    place = ews_schema.folder()
    if place is None:
        return f"lab: answers are NOT validated against Microsoft's schema; {ews_schema.FOLDER_VARIABLE} is not set"
    return f"lab: every answer is validated against the schema in {place}"


@pytest.fixture
def lab() -> Lab:
    return Lab(Company.seeded())


@pytest.fixture
def outlook(lab: Lab) -> Outlook:
    return lab.outlook


@pytest.fixture
def client(lab: Lab) -> Iterator[Client]:
    with lab.serve_in_thread() as address:
        yield Client(lab, address)
        exchangelib.close_connections()


@pytest.fixture
def zhangsan(client: Client) -> exchangelib.Account:
    return client.mailbox("zhangsan@example.com")


@pytest.fixture
def guanghan(client: Client) -> exchangelib.Account:
    return client.mailbox("guanghan@example.com")
