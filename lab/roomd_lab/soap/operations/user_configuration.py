"""GetUserConfiguration: the calendar options of a mailbox, by which a room's automation can be read."""

from roomd_lab.model.errors import item_not_found
from roomd_lab.model.folders import Folder
from roomd_lab.model.mailbox import Mailbox
from roomd_lab.model.people import Automation, RoomPolicy
from roomd_lab.soap.answers import response, success
from roomd_lab.soap.call import Call
from roomd_lab.soap.references import folder_at
from roomd_lab.soap.xml import attribute, child, first, leaf, m, schema_violation, text_of

_NAME = "GetUserConfigurationResponseMessage"
_CALENDAR_OPTIONS = "Calendar"
_PARTS = {"Id", "Dictionary", "XmlData", "BinaryData", "All"}
# MS-OXOCFG 2.2.5.1.1: AutomateProcessing is 0 for none, 1 for update, 2 for a resource that answers.
_AUTOMATE_PROCESSING = {Automation.NONE: 0, Automation.AUTO_UPDATE: 1, Automation.AUTO_ACCEPT: 2}


def get_user_configuration(call: Call) -> str:
    """The dictionary of `IPM.Configuration.Calendar` in a calendar folder; there is no other configuration here."""
    return response("GetUserConfiguration", call.one(_NAME, lambda: success(_NAME, _configuration(call))))


def _configuration(call: Call) -> str:
    wanted = child(call.element, m("UserConfigurationName"))
    parts = set(text_of(child(call.element, m("UserConfigurationProperties"))).split())
    if not parts or not parts <= _PARTS:
        raise schema_violation("UserConfigurationProperties names no part of a configuration.")
    mailbox, folder = folder_at(call.organization, call.caller, first(wanted))
    if folder is not mailbox.calendar or wanted.get("Name") != _CALENDAR_OPTIONS:
        raise item_not_found()
    room = call.organization.room(mailbox.owner)
    policy = room.policy if room else RoomPolicy(automation=Automation.AUTO_UPDATE)
    dictionary = _dictionary(policy) if parts & {"Dictionary", "All"} else ""
    return f"<m:UserConfiguration>{_name(folder)}{_id(mailbox, parts)}{dictionary}</m:UserConfiguration>"


def _name(folder: Folder) -> str:
    return (
        f"<t:UserConfigurationName Name={attribute(_CALENDAR_OPTIONS)}>"
        f'<t:FolderId Id="{folder.folder_id}"/></t:UserConfigurationName>'
    )


def _id(mailbox: Mailbox, parts: set[str]) -> str:
    if not parts & {"Id", "All"}:
        return ""
    return f'<t:ItemId Id="{mailbox.calendar.folder_id}" ChangeKey="AQAAAA=="/>'


def _dictionary(policy: RoomPolicy) -> str:
    entries = {
        "OLPrefsVersion": ("Integer32", "1"),
        "AutomateProcessing": ("Integer32", str(_AUTOMATE_PROCESSING[policy.automation])),
        "piRemindDefault": ("Integer32", "15"),
    }
    written = "".join(
        f"<t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type>{leaf('t:Value', key)}</t:DictionaryKey>"
        f"<t:DictionaryValue><t:Type>{kind}</t:Type>{leaf('t:Value', value)}</t:DictionaryValue></t:DictionaryEntry>"
        for key, (kind, value) in entries.items()
    )
    return f"<t:Dictionary>{written}</t:Dictionary>"
