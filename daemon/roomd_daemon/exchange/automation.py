"""A room's calendar options: the XML of what is asked, and what comes back. Pure."""

from roomd_core.sync.automation import Automation
from roomd_daemon.exchange.reads import NAMESPACES, calendar, element
from roomd_daemon.exchange.soap import TYPES, Element, only_message

_KEY = f"{TYPES}DictionaryKey/{TYPES}Value"
_VALUE = f"{TYPES}DictionaryValue/{TYPES}Value"


def get_calendar_options(mailbox: str) -> Element:
    """Ask for the dictionary of ``IPM.Configuration.Calendar`` (EWS GetUserConfiguration)."""
    return element(
        f'<m:GetUserConfiguration {NAMESPACES}><m:UserConfigurationName Name="Calendar">{calendar(mailbox)}'
        "</m:UserConfigurationName><m:UserConfigurationProperties>Dictionary</m:UserConfigurationProperties>"
        "</m:GetUserConfiguration>"
    )


def read_automation(answer: Element) -> Automation | None:
    """Read AutomateProcessing from the dictionary; None where it is not there, or not a value we know."""
    for entry in only_message(answer).iter(TYPES + "DictionaryEntry"):
        if entry.findtext(_KEY) == "AutomateProcessing":
            value = (entry.findtext(_VALUE) or "").strip()
            return Automation(int(value)) if value in {str(each.value) for each in Automation} else None
    return None
