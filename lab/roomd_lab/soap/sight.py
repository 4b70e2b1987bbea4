"""What an answer about an item depends on besides the item: who asks, and what lies around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from roomd_lab.model.access import Caller, Rights
from roomd_lab.model.folders import Folder
from roomd_lab.model.items import CalendarItem
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.people import Address
from roomd_lab.soap.xml import write_bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The caller's rights as they are written, and what the mailbox has.

    `calendar` gives what its calendar shows between two instants, `meeting` its copy of a meeting by GlobalObjectId.
    """

    rights: str
    owner: Address
    calendar: Callable[[datetime, datetime], Sequence[CalendarItem]]
    meeting: Callable[[bytes], CalendarItem | None]


def sight_of(caller: Caller, mailbox: Mailbox, folder: Folder) -> Sight:
    """How a caller sees the items of a folder."""
    rights = write_rights(caller.rights_to_items(mailbox, folder))
    meetings = mailbox.meetings
    return Sight(rights=rights, owner=mailbox.owner, calendar=meetings.between, meeting=meetings.find)


def write_rights(rights: Rights) -> str:
    """EffectiveRights."""
    return (
        f"<t:EffectiveRights><t:CreateAssociated>{write_bool(rights.create_associated)}</t:CreateAssociated>"
        f"<t:CreateContents>{write_bool(rights.create_contents)}</t:CreateContents>"
        f"<t:CreateHierarchy>{write_bool(rights.create_hierarchy)}</t:CreateHierarchy>"
        f"<t:Delete>{write_bool(rights.delete)}</t:Delete><t:Modify>{write_bool(rights.modify)}</t:Modify>"
        f"<t:Read>true</t:Read><t:ViewPrivateItems>{write_bool(rights.view_private)}</t:ViewPrivateItems>"
        "</t:EffectiveRights>"
    )
