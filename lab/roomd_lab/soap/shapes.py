"""ItemShape: which fields a request wants, turned once into the writers that answer it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from roomd_lab.model.items import CalendarItem, MessageKind, StoredItem
from roomd_lab.soap.calendar_fields import CALENDAR_FIELDS
from roomd_lab.soap.extended import ExtendedPath, read_path, write_property
from roomd_lab.soap.fields import Field, Level, SightWriter
from roomd_lab.soap.item_fields import AFTER_EXTENDED, BEFORE_EXTENDED, body_writer, item_id
from roomd_lab.soap.message_fields import MESSAGE_FIELDS
from roomd_lab.soap.mime import mime_content
from roomd_lab.soap.paths import check_path
from roomd_lab.soap.sight import Sight
from roomd_lab.soap.xml import Element, child, read_bool, schema_violation, t, text_of

_BASE_SHAPES = {"IdOnly": 0, "Default": Level.DEFAULT, "AllProperties": Level.ALL}
_BODY_TYPES = ("Best", "HTML", "Text")

Writer = Callable[[Any], str]
# Writers of what is the same for everybody, and one at the end of what depends on who asks.
Run = tuple[tuple[Writer, ...], Callable[[Any, Sight], str]]


@dataclass(frozen=True, slots=True)
class ItemShape:
    """What to return of each item."""

    level: int
    paths: frozenset[str]
    extended: tuple[ExtendedPath, ...]
    body_type: str = "Best"
    mime: bool = False
    version: str = ""


def read_shape(element: Element, version: str) -> ItemShape:
    """Decode an ItemShape of a request of this version.

    Raises ErrorSchemaValidation.
    """
    base = text_of(child(element, t("BaseShape")))
    body_type = text_of(element.find(t("BodyType"))) or "Best"
    if base not in _BASE_SHAPES or body_type not in _BODY_TYPES:
        raise schema_violation(f"'{base}' or '{body_type}' is no shape.")
    additional = element.find(t("AdditionalProperties"))
    wanted = () if additional is None else tuple(additional)
    paths = frozenset(each.get("FieldURI", "") for each in wanted if each.tag == t("FieldURI"))
    for path in paths:
        check_path(path)
    return ItemShape(
        version=version,
        level=_BASE_SHAPES[base],
        paths=paths,
        extended=tuple(read_path(each) for each in wanted if each.tag == t("ExtendedFieldURI")),
        body_type=body_type,
        mime="item:MimeContent" in paths or read_bool(text_of(element.find(t("IncludeMimeContent"))) or "false"),
    )


def element_name(item: StoredItem) -> str:
    """The name of the item's element."""
    return "CalendarItem" if isinstance(item, CalendarItem) else item.kind


def write_item(item: StoredItem, shape: ItemShape, sight: Sight, *, listed: bool = False) -> str:
    """The item's element with the fields the shape wants, as the caller sees it.

    `listed` is as FindItem and SyncFolderItems answer.
    """
    kind = None if isinstance(item, CalendarItem) else item.kind
    name = element_name(item)
    before, after, rest = _writers(shape, kind, listed=listed)
    parts = [f"<t:{name}>", mime_content(item) if shape.mime and not listed else "", item_id(item)]
    parts += [write(item) for write in before]
    parts += [write_property(item, path) for path in shape.extended]
    for same, seen in after:
        parts += [write(item) for write in same]
        parts.append(seen(item, sight))
    parts += [write(item) for write in rest]
    parts.append(f"</t:{name}>")
    return "".join(parts)


@lru_cache(maxsize=256)
def _writers(
    shape: ItemShape, kind: MessageKind | None, *, listed: bool
) -> tuple[tuple[Writer, ...], tuple[Run, ...], tuple[Writer, ...]]:
    body = body_writer(shape.body_type)
    before = tuple(body if field.path == body.path else field for field in BEFORE_EXTENDED)
    own: tuple[Field[Any], ...] = CALENDAR_FIELDS if kind is None else MESSAGE_FIELDS[kind]
    (first, rest) = (_runs(_chosen(each, shape, listed=listed)) for each in (before, AFTER_EXTENDED + own))
    return first[1], rest[0], rest[1]


def _runs(chosen: list[tuple[Writer, SightWriter[Any] | None]]) -> tuple[tuple[Run, ...], tuple[Writer, ...]]:
    """Writers put together so that each item costs few decisions, and those after the last that needs sight."""
    runs: list[Run] = []
    same: list[Writer] = []
    for write, seen in chosen:
        if seen is None:
            same.append(write)
        else:
            runs.append((tuple(same), seen))
            same = []
    return tuple(runs), tuple(same)


def _chosen(
    fields: tuple[Field[Any], ...], shape: ItemShape, *, listed: bool
) -> list[tuple[Writer, SightWriter[Any] | None]]:
    wanted = (field for field in fields if _is_in_base(field, shape) or field.path in shape.paths)
    return [(write, field.seen) for field in wanted if (write := field.listed if listed else field.write) is not None]


def _is_in_base(field: Field[Any], shape: ItemShape) -> bool:
    return field.level <= shape.level and field.since <= shape.version
