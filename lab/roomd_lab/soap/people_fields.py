"""People in items: mailboxes, and attendees with their answers."""

from roomd_lab.model.items import Attendee
from roomd_lab.model.people import Address
from roomd_lab.soap.xml import leaf, write_time


def mailbox(address: Address) -> str:
    """A mailbox with its address, as GetItem returns it."""
    return (
        f"<t:Mailbox>{leaf('t:Name', address.name)}{leaf('t:EmailAddress', address.smtp)}"
        "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>"
    )


def mailbox_by_name(address: Address) -> str:
    """A mailbox as FindItem and SyncFolderItems return it: its name alone."""
    return f"<t:Mailbox>{leaf('t:Name', address.name)}</t:Mailbox>"


def attendees(name: str, invited: tuple[Attendee, ...]) -> str:
    """RequiredAttendees, OptionalAttendees or Resources; empty when there are none."""
    if not invited:
        return ""
    return f"<t:{name}>" + "".join(map(_attendee, invited)) + f"</t:{name}>"


def _attendee(attendee: Attendee) -> str:
    when = attendee.responded_at
    answered = f"<t:LastResponseTime>{write_time(when)}</t:LastResponseTime>" if when else ""
    return (
        f"<t:Attendee>{mailbox(attendee.address)}<t:ResponseType>{attendee.response}</t:ResponseType>"
        f"{answered}</t:Attendee>"
    )
