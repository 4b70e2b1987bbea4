"""Validation of the lab's answers against Microsoft's schema, which is not shipped with roomd."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
FOLDER_VARIABLE = "ROOMD_EWS_SCHEMA"


# Types.xsd imports the namespace of xml:lang without saying from where.
_XML_NAMESPACE = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:language"/>
</xs:schema>"""
_BOTH = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="xml.xsd"/>
  <xs:import namespace="http://schemas.microsoft.com/exchange/services/2006/messages" schemaLocation="messages.xsd"/>
</xs:schema>"""


class _InFolder(etree.Resolver):
    """Finds an imported schema in the folder, whatever the case of its name."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self._files = {path.name.lower(): path for path in place.glob("*.xsd")}

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002 - lxml calls it so
        name = Path(system_url or "").name.lower()
        if name == "xml.xsd":
            return self.resolve_string(_XML_NAMESPACE, context)
        return self.resolve_filename(str(self._files[name]), context) if name in self._files else None


def folder() -> Path | None:
    """Where Messages.xsd and Types.xsd lie, if the environment names it."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else None


@cache
def _schema(place: Path) -> etree.XMLSchema:
    parser = etree.XMLParser()
    parser.resolvers.add(_InFolder(place))
    return etree.XMLSchema(etree.fromstring(_BOTH, parser, base_url=f"{place}/"))


def assert_valid(document: bytes) -> None:
    """Fail on an answer the schema does not allow. Faults and Autodiscover have no schema here;
    they only have to be well-formed."""
    root = etree.fromstring(document)
    (content,) = root.find(f"{{{SOAP}}}Body")
    place = folder()
    if place is None or not content.tag.startswith(f"{{{MESSAGES}}}"):
        return
    schema = _schema(place)
    alone = etree.fromstring(etree.tostring(content))
    _follow_schema_where_exchange_does_not(alone)
    assert schema.validate(alone), schema.error_log.last_error


def _follow_schema_where_exchange_does_not(content: etree._Element) -> None:
    """Exchange writes what lies in these two lists in the messages namespace; its schema says types.

    See the sample in "Stream notifications about mailbox events by using EWS in Exchange".
    """
    for name, child in (("Notifications", "Notification"), ("ErrorSubscriptionIds", "SubscriptionId")):
        for element in content.iterfind(f".//{{{MESSAGES}}}{name}/{{{MESSAGES}}}{child}"):
            element.tag = f"{{{TYPES}}}{child}"
