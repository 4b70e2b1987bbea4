import re

import pytest

from lab.wire import HOUR, TOMORROW, ZHANGSAN, Client, envelope


def convert(client: Client, given: str, form: str, wanted: str) -> str:
    request = (
        f'<m:ConvertId DestinationFormat="{wanted}"><m:SourceIds><t:AlternateId Format="{form}" Id="{given}" '
        f'Mailbox="{ZHANGSAN}"/></m:SourceIds></m:ConvertId>'
    )
    answer = client.post(envelope(request))[1].decode()
    found = re.search(r'Id="([^"]+)" Mailbox=', answer)
    return found[1] if found else re.findall(r"<m:ResponseCode>(\w+)<", answer)[0]


@pytest.mark.parametrize("form", ["HexEntryId", "OwaId", "EntryId", "StoreId"])
def test_an_id_comes_back_from_another_form(client: Client, form: str) -> None:
    item = client.lab.outlook.book(ZHANGSAN, subject="x", start=TOMORROW, end=TOMORROW + HOUR)
    converted = convert(client, item.item_id, "EwsId", form)
    assert convert(client, converted, form, "EwsId") == item.item_id
    if form in {"HexEntryId", "OwaId"}:
        assert "/" not in converted


def test_what_is_no_id_is_not_converted(client: Client) -> None:
    assert convert(client, "nonsense", "HexEntryId", "EwsId") == "ErrorInvalidIdMalformed"
