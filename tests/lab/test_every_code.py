"""Every response code a client can know is there on demand, as a fault and for an item."""

import re

import pytest
from exchangelib import errors

from lab.ews_schema import assert_valid
from lab.wire import GUANGHAN, Client, envelope
from roomd_lab import Lab

# exchangelib's own names, or old spellings: no schema has them.
_NO_CODES = {
    "ErrorConnectionFailedTransientError",
    "ErrorFolderPropertyRequestFailed",
    "ErrorRecoverableItemsAccessDenied",
    "ErrorSubscriptionUnsubsribed",
}
CODES = sorted(name for name in vars(errors) if name.startswith("Error") and name not in _NO_CODES)
FOLDER = (
    "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    '<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
)


@pytest.mark.parametrize(("kind", "status"), [("soap-fault", 500), ("item-error", 200)])
def test_every_code_comes_on_demand(client: Client, lab: Lab, kind: str, status: int) -> None:
    assert len(CODES) > 350
    connection, request, headers = client.http(), envelope(FOLDER, acts_as=GUANGHAN), client.basic()
    for code in CODES:
        lab.faults.add(kind, "GetFolder", code=code)
        connection.request("POST", "/EWS/Exchange.asmx", request, headers)
        response = connection.getresponse()
        answer = response.read()
        assert_valid(answer)
        assert (response.status, re.findall(rb"ResponseCode[^>]*>(\w+)</", answer)) == (status, [code.encode()])
    connection.close()


@pytest.mark.parametrize("code", ["ErrorPasswordExpired", "ErrorMailboxStoreUnavailable", "ErrorQuotaExceeded"])
def test_exchangelib_raises_what_was_asked_for(client: Client, lab: Lab, code: str) -> None:
    calendar = client.mailbox(GUANGHAN).calendar
    for kind in ("soap-fault", "item-error"):
        lab.faults.add(kind, "FindItem", code=code)
        with pytest.raises(getattr(errors, code)):
            list(calendar.all())
