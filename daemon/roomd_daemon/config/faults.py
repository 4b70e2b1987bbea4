"""What is wrong with a configuration, one line a fault: ``FILE: KEY: found X, expected Y``."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from roomd_core.errors import RoomdError


class Fault(Struct, frozen=True):
    """One wrong key. ``key`` is as in the file, entries of a list counted from 1: ``room[2].address``."""

    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Tell it without the file."""
        return f"{self.key}: found {self.found}, expected {self.expected}"


class ConfigError(RoomdError):
    """The configuration cannot be used; the message has one line a fault."""

    def __init__(self, file: Path, faults: Iterable[Fault]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{file}: {fault}" for fault in self.faults))


def fault_of_syntax(error: tomllib.TOMLDecodeError) -> Fault:
    """Tell a syntax error by its line."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|(end of document))\)", str(error))
    if match is None:
        return Fault("syntax", str(error), "TOML")
    place = f"line {match[2]}, column {match[3]}" if match[2] else match[4]
    return Fault(place, f"a syntax error ({match[1]})", "TOML")


def fault_of_value(root: type[BaseModel], error: ErrorDetails) -> Fault:
    """Tell one of pydantic's errors in the file's own words."""
    location = error["loc"]
    if error["type"] == "extra_forbidden":
        return _unknown_key(root, location)
    found = "nothing" if error["type"] == "missing" else _found(error)
    return Fault(key_of(location), found, _expected(root, location))


def key_of(location: Sequence[int | str]) -> str:
    """Write a location as in the file: ``("room", 1, "address")`` is ``room[2].address``."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def _found(error: ErrorDetails) -> str:
    if error["type"] == "hidden":
        return error["msg"]
    return _toml(error["input"])


def _toml(value: Any) -> str:
    """Write a value as TOML does, cut short."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"' if len(value) <= 80 else f'"{value[:80]}..."'  # noqa: PLR2004 - a line of a terminal
        case dict():
            return "a table"
        case list():
            return "a list"
    return str(value)


def _unknown_key(root: type[BaseModel], location: Sequence[int | str]) -> Fault:
    known = sorted(_model_at(root, location[:-1]).model_fields)
    key = str(location[-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    expected = f'"{near[0]}"' if near else "one of " + ", ".join(known)
    return Fault(key_of(location), "an unknown key", expected)


def _expected(root: type[BaseModel], location: Sequence[int | str]) -> str:
    names = [part for part in location if isinstance(part, str)]
    field = _model_at(root, names[:-1]).model_fields[names[-1]]
    extra = field.json_schema_extra
    return str(extra["expected"]) if isinstance(extra, dict) else "a table"


def _model_at(root: type[BaseModel], location: Sequence[int | str]) -> type[BaseModel]:
    model = root
    for name in (part for part in location if isinstance(part, str)):
        model = _model_in(model.model_fields[name].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the section inside ``list[Section]`` or ``Section | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {list, tuple, Union, UnionType}:
        return next((model for model in map(_model_in, get_args(annotation)) if model), None)
    return None
