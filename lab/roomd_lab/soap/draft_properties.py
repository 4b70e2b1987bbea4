"""Extended properties of calendar items as clients write them.

One that stands for a field of its own, as PidTagSubject does, changes that field: there is only one subject.
"""

from collections.abc import Callable
from typing import Any

from roomd_lab.model.items import Body
from roomd_lab.model.properties import PROPERTY_SETS, NamedProperty, PropertyKey, PropertyValue, TaggedProperty
from roomd_lab.soap.draft_fields import Draft

_FIELDS: dict[PropertyKey, tuple[str, Callable[[str], Any]]] = {
    TaggedProperty(0x0037): ("subject", str),
    TaggedProperty(0x1000): ("body", lambda text: Body(text=text, kind="Text")),
    NamedProperty(PROPERTY_SETS["Appointment"], 0x8208): ("location", str),
}


def set_property(draft: Draft, key: PropertyKey, value: PropertyValue) -> None:
    """Set a property, or the field it stands for."""
    if key in _FIELDS and value.values:
        name, read = _FIELDS[key]
        draft.values[name] = read(value.values[0])
    else:
        draft.values["extended"] = {**draft.current("extended", {}), key: value}


def clear_property(draft: Draft, key: PropertyKey) -> None:
    """Delete a property, or empty the field it stands for."""
    if key in _FIELDS:
        name, read = _FIELDS[key]
        draft.values[name] = read("")
    else:
        kept = draft.current("extended", {})
        draft.values["extended"] = {each: value for each, value in kept.items() if each != key}
