"""Who and where: mailboxes, attendees with their answers, and places."""

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


def enhanced_location(location: str) -> str:
    """EnhancedLocation: a place by its name, at no address; nothing for none."""
    if not location:
        return ""
    return (
        f"<t:EnhancedLocation>{leaf('t:DisplayName', location)}<t:PostalAddress><t:Type>Business</t:Type>"
        "<t:LocationSource>None</t:LocationSource></t:PostalAddress></t:EnhancedLocation>"
    )
