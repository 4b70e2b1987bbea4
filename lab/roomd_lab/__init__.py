"""An Exchange to try and test on: EWS over HTTPS, with people, rooms and Outlook habits.

`Lab(Company.seeded(people=3, rooms=2))` makes one, and `async with lab.serve() as address` serves it: talk EWS to
`address.endpoint`, trusting `address.ca_file`. `lab.outlook` does what Outlook users do, `lab.faults` makes requests
fail, and `lab.mail_log` tells who got which meeting mail.
"""

from roomd_lab.company import Company, fill_calendars, fill_rooms
from roomd_lab.faults import Fault, FaultKind, Faults
from roomd_lab.lab import Lab, LabAddress
from roomd_lab.model.directory import Account, Address, Automation, Directory, Person, Room, RoomList, RoomPolicy
from roomd_lab.model.errors import ExchangeError
from roomd_lab.model.items import Attendee, CalendarItem, FreeBusy, MeetingMessage, Response, Role
from roomd_lab.model.mailbox import FolderName
from roomd_lab.model.post import MailLogEntry
from roomd_lab.outlook import Outlook

__all__ = [
    "Account",
    "Address",
    "Attendee",
    "Automation",
    "CalendarItem",
    "Company",
    "Directory",
    "ExchangeError",
    "Fault",
    "FaultKind",
    "Faults",
    "FolderName",
    "FreeBusy",
    "Lab",
    "LabAddress",
    "MailLogEntry",
    "MeetingMessage",
    "Outlook",
    "Person",
    "Response",
    "Role",
    "Room",
    "RoomList",
    "RoomPolicy",
    "fill_calendars",
    "fill_rooms",
]
