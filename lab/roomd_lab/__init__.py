"""An Exchange to try and test on: EWS over HTTPS, with people, rooms and Outlook habits.

`Lab(Company.seeded(people=3, rooms=2))` makes one, and `async with lab.serve() as address` serves it: talk EWS to
`address.endpoint`, trusting `address.ca_file`. `lab.outlook` does what Outlook users do, `lab.faults` makes requests
fail, and `lab.mail_log` tells who got which meeting mail.
"""

from roomd_lab.calendars import fill_calendars, fill_rooms
from roomd_lab.company import Company
from roomd_lab.faults import Fault, FaultKind, Faults
from roomd_lab.http.gate import ExtendedProtection, SignInPolicy
from roomd_lab.lab import Lab, LabAddress
from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.folders import FolderName
from roomd_lab.model.items import Attendee, CalendarItem, FreeBusy, ItemType, MeetingMessage, Response, Role
from roomd_lab.model.limits import Limits
from roomd_lab.model.people import Account, Address, Automation, Permission, Person, Room, RoomList, RoomPolicy
from roomd_lab.model.post import MailLogEntry
from roomd_lab.model.recurrence.patterns import (
    AbsoluteMonthly,
    AbsoluteYearly,
    Daily,
    Recurrence,
    RelativeMonthly,
    RelativeYearly,
    Weekly,
)
from roomd_lab.outlook import Outlook
from roomd_lab.request_log import RequestLogEntry
from roomd_lab.shown_certificate import CertificateKind

__all__ = [
    "AbsoluteMonthly",
    "AbsoluteYearly",
    "Account",
    "Address",
    "Attendee",
    "Automation",
    "CalendarItem",
    "CertificateKind",
    "Company",
    "Daily",
    "Directory",
    "ExchangeError",
    "ExtendedProtection",
    "Fault",
    "FaultKind",
    "Faults",
    "FolderName",
    "FreeBusy",
    "ItemType",
    "Lab",
    "LabAddress",
    "Limits",
    "MailLogEntry",
    "MeetingMessage",
    "Outlook",
    "Permission",
    "Person",
    "Recurrence",
    "RelativeMonthly",
    "RelativeYearly",
    "RequestLogEntry",
    "Response",
    "Role",
    "Room",
    "RoomList",
    "RoomPolicy",
    "SignInPolicy",
    "Weekly",
    "fill_calendars",
    "fill_rooms",
]
