"""Answers as Exchange writes them, to read without a server."""

from lxml import etree

from roomd_daemon.exchange.soap import Element, open_envelope

NAMESPACES = (
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" '
    'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" '
    'xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"'
)

GUESTS_COPY = """
<t:CalendarItem>
  <t:ItemId Id="AAMk+a/1=" ChangeKey="DwAA"/>
  <t:ParentFolderId Id="calendar-id" ChangeKey="AQAA"/>
  <t:Subject>Budget &amp; plans</t:Subject>
  <t:Sensitivity>Private</t:Sensitivity>
  <t:Categories><t:String>Red</t:String><t:String>Team</t:String></t:Categories>
  <t:ReminderIsSet>true</t:ReminderIsSet>
  <t:ReminderMinutesBeforeStart>15</t:ReminderMinutesBeforeStart>
  <t:ExtendedProperty>
    <t:ExtendedFieldURI PropertyTag="0x5D02" PropertyType="String"/><t:Value>Zhang.San@Example.com</t:Value>
  </t:ExtendedProperty>
  <t:ExtendedProperty>
    <t:ExtendedFieldURI DistinguishedPropertySetId="Meeting" PropertyId="35" PropertyType="Binary"/>
    <t:Value>BAAAAIIA4AA=</t:Value>
  </t:ExtendedProperty>
  <t:ExtendedProperty>
    <t:ExtendedFieldURI PropertySetId="9ED281E7-4EED-4DEA-9E3E-5818A138BB41" PropertyName="roomd-key"
      PropertyType="String"/>
    <t:Value>0193-key</t:Value>
  </t:ExtendedProperty>
  <t:LastModifiedTime>2026-11-20T08:00:00.123456789Z</t:LastModifiedTime>
  <t:UID>0193@roomd</t:UID>
  <t:Start>2026-12-01T06:00:00Z</t:Start>
  <t:End>2026-12-01T07:30:00Z</t:End>
  <t:IsAllDayEvent>false</t:IsAllDayEvent>
  <t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>
  <t:Location>2楼广寒宫</t:Location>
  <t:IsMeeting>true</t:IsMeeting>
  <t:IsCancelled>false</t:IsCancelled>
  <t:CalendarItemType>Single</t:CalendarItemType>
  <t:MyResponseType>Accept</t:MyResponseType>
  <t:Organizer><t:Mailbox><t:Name>Zhang San</t:Name></t:Mailbox></t:Organizer>
  <t:StartTimeZone Id="China Standard Time" Name="(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi"/>
</t:CalendarItem>
"""

PEOPLE = """
  <t:RequiredAttendees>
    <t:Attendee><t:Mailbox><t:Name>Li Si</t:Name><t:EmailAddress>Li.Si@example.com</t:EmailAddress></t:Mailbox>
      <t:ResponseType>Accept</t:ResponseType><t:LastResponseTime>2026-11-21T09:00:00Z</t:LastResponseTime></t:Attendee>
    <t:Attendee><t:Mailbox><t:Name>广寒宫</t:Name><t:EmailAddress>Guanghan@example.com</t:EmailAddress></t:Mailbox>
      <t:ResponseType>Decline</t:ResponseType></t:Attendee>
    <t:Attendee><t:Mailbox><t:Name>Zhang</t:Name><t:EmailAddress>zhang.san@example.com</t:EmailAddress></t:Mailbox>
      <t:ResponseType>Organizer</t:ResponseType></t:Attendee>
  </t:RequiredAttendees>
  <t:OptionalAttendees>
    <t:Attendee><t:Mailbox><t:EmailAddress>wang.wu@example.com</t:EmailAddress></t:Mailbox>
      <t:ResponseType>Unknown</t:ResponseType></t:Attendee>
  </t:OptionalAttendees>
  <t:Resources>
    <t:Attendee><t:Mailbox><t:EmailAddress>projector@example.com</t:EmailAddress></t:Mailbox>
      <t:ResponseType>NoResponseReceived</t:ResponseType></t:Attendee>
  </t:Resources>
"""

GUESTS_COPY_IN_FULL = GUESTS_COPY.replace(
    "<t:StartTimeZone", f'<t:Body BodyType="Text">Agenda: 1.</t:Body>{PEOPLE}<t:StartTimeZone'
)


def element(xml: str) -> Element:
    """Return the one element in ``xml``, with the usual prefixes declared."""
    return etree.fromstring(f"<root {NAMESPACES}>{xml}</root>".encode(), etree.XMLParser(remove_blank_text=True))[0]


def envelope(content: str) -> bytes:
    """Return a whole SOAP answer around ``content``."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope {NAMESPACES}>'
        f"<s:Header/><s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


def response(operation: str, *messages: str) -> Element:
    """Return the answer to an operation with these contents of successful response messages."""
    said = "".join(
        f'<m:{operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
        f"{message}</m:{operation}ResponseMessage>"
        for message in messages
    )
    return _answer(operation, said)


def refusal(operation: str, code: str, text: str = "") -> Element:
    """Return the answer to an operation that says no."""
    return _answer(
        operation,
        f'<m:{operation}ResponseMessage ResponseClass="Error"><m:MessageText>{text}</m:MessageText>'
        f"<m:ResponseCode>{code}</m:ResponseCode></m:{operation}ResponseMessage>",
    )


def soap_fault(code: str, detail: str = "") -> bytes:
    """Return a SOAP fault as Exchange sends it with HTTP status 500."""
    return envelope(
        f"<s:Fault><faultcode>a:{code}</faultcode><faultstring>No.</faultstring><detail>"
        f"<e:ResponseCode>{code}</e:ResponseCode><e:Message>No.</e:Message>{detail}</detail></s:Fault>"
    )


def feed_page(rows: str, *, state: str = "state-2", last: bool = True) -> Element:
    """Return a SyncFolderItems answer."""
    return response(
        "SyncFolderItems",
        f"<m:SyncState>{state}</m:SyncState><m:IncludesLastItemInRange>{str(last).lower()}"
        f"</m:IncludesLastItemInRange><m:Changes>{rows}</m:Changes>",
    )


def _answer(operation: str, messages: str) -> Element:
    return open_envelope(
        envelope(
            f"<m:{operation}Response><m:ResponseMessages>{messages}</m:ResponseMessages></m:{operation}Response>"
        )
    )
