"""The cyclic collector is told to leave some values alone: none of them can be part of a cycle."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import msgspec
import pytest
from msgspec import Struct

import roomd_core

MUTABLE = (
    msgspec.inspect.AnyType,
    msgspec.inspect.ByteArrayType,
    msgspec.inspect.CustomType,
    msgspec.inspect.DictType,
    msgspec.inspect.ListType,
    msgspec.inspect.SetType,
)


def uncollected() -> list[type[Struct]]:
    for module in walk_packages(roomd_core.__path__, "roomd_core."):
        import_module(module.name)
    return sorted(
        (
            each
            for each in kinds_of(Struct)
            if not each.__struct_config__.gc and each.__module__.startswith("roomd_core.")
        ),
        key=lambda each: each.__qualname__,
    )


def kinds_of(kind: type[Struct]) -> Iterator[type[Struct]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def test_some_are() -> None:
    assert {each.__name__ for each in uncollected()} >= {"Content", "Event", "Item", "RemoteItem"}


@pytest.mark.parametrize("kind", uncollected(), ids=lambda kind: kind.__name__)
def test_nothing_in_it_can_be_changed_to_lead_back_to_it(kind: type[Struct]) -> None:
    seen, left = set[type[Struct]](), [kind]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            assert one.__struct_config__.frozen
            for each in parts_of(msgspec.inspect.type_info(one)):
                assert not isinstance(each, MUTABLE), (one, each)
                if isinstance(each, msgspec.inspect.StructType):
                    left.append(each.cls)


def parts_of(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """Name what a value of this kind is made of: fields of a struct, members of a tuple or union."""
    match kind:
        case msgspec.inspect.StructType(fields=fields):
            inner = [field.type for field in fields]
        case msgspec.inspect.UnionType(types=types):
            inner = list(types)
        case msgspec.inspect.VarTupleType(item_type=item):
            inner = [item]
        case msgspec.inspect.TupleType(item_types=items):
            inner = list(items)
        case _:
            return
    for each in inner:
        yield each
        if not isinstance(each, msgspec.inspect.StructType):
            yield from parts_of(each)
