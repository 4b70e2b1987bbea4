"""From a request's bytes to what was asked: bounded, decoded, checked against the route's structs."""

import asyncio
import re
from collections import defaultdict
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from roomd_core.access import Caller
from roomd_core.api.problems import INVALID, MALFORMED, TOO_LARGE, UNSUPPORTED_TYPE
from roomd_core.api.routes import Route
from roomd_core.api.wire import Problem
from roomd_core.errors import RoomdError

BODY_LIMIT = 1024 * 1024
"""Bytes of a request's body."""
BODY_PATIENCE = 10.0
"""Seconds a body may take to arrive."""
LONGEST_KEY = 200
"""Characters of an Idempotency-Key."""

Query = TypeVar("Query")
Body = TypeVar("Body")


class Unreadable(RoomdError):  # noqa: N818 - becomes an answer
    """The request cannot be taken as it is; ``problem`` is the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Asked(Struct, Generic[Query, Body], frozen=True, kw_only=True):
    """A request, read: who asks, for which one, with what, and under which conditions."""

    caller: Caller
    of: str
    query: Query
    body: Body
    if_version: int | None = None
    idempotency_key: str | None = None


async def read(request: Request, route: Route, caller: Caller) -> Asked[Any, Any]:
    """Read a request as its route asks. Raise Unreadable."""
    return Asked(
        caller=caller,
        of=request.path_params.get("id", ""),
        query=read_query(request, route.query),
        body=await read_body(request, route.body),
        if_version=_if_version(request),
        idempotency_key=_idempotency_key(request),
    )


def read_query(request: Request, shape: type[Struct] | None) -> Any:
    """Read the query string; a parameter that may repeat is one whose field is a tuple."""
    given: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in request.query_params.multi_items():
        given[name].append(value)
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)} if shape else {}
    for name in given:
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise Unreadable(INVALID.problem(f"{name}: no such parameter; there are: {known}.", field=name))
    values = {name: _one_or_many(name, texts, fields[name].default) for name, texts in given.items()}
    return _convert(values, shape) if shape else None


def _one_or_many(name: str, texts: list[str], default: Any) -> str | list[str]:
    if isinstance(default, tuple):
        return texts
    if len(texts) > 1:
        raise Unreadable(INVALID.problem(f"{name}: given {len(texts)} times; once is expected.", field=name))
    return texts[0]


def _convert(values: dict[str, str | list[str]], shape: type[Struct]) -> Any:
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Unreadable(_invalid(error)) from None


async def read_body(request: Request, shape: type[Struct] | None) -> Any:
    """Read and decode the body; a route without one takes none."""
    raw = await _bounded(request)
    if shape is None:
        if raw:
            raise Unreadable(MALFORMED.problem("This route takes no body."))
        return None
    _expect_json(request)
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise Unreadable(_invalid(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise Unreadable(MALFORMED.problem(f"The body is not JSON: {_lower(reason)}.")) from None


async def _bounded(request: Request) -> bytes:
    """Collect the body, however it is framed, and stop at the limit."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > BODY_LIMIT:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise _too_large()
    except TimeoutError:
        raise Unreadable(MALFORMED.problem(f"The body was not complete after {BODY_PATIENCE:.0f} seconds.")) from None
    except ClientDisconnect:
        raise Unreadable(MALFORMED.problem("The connection ended inside the body.")) from None
    return bytes(body)


def _too_large() -> Unreadable:
    return Unreadable(TOO_LARGE.problem(f"The body has more than {BODY_LIMIT} bytes (1 MiB), which is the most."))


def _expect_json(request: Request) -> None:
    given = request.headers.get("content-type", "")
    media, _, parameters = given.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media.strip().lower() != "application/json" or charset not in {"", "charset=utf-8"}:
        found = f'"{given}"' if given else "nothing"
        raise Unreadable(
            UNSUPPORTED_TYPE.problem(f"Content-Type: found {found}, expected application/json.", field="Content-Type")
        )


def _invalid(error: msgspec.ValidationError) -> Problem:
    """Name the field in msgspec's message: ``... - at `$.rooms[0]```, or the unknown or missing one."""
    text = str(error)
    message, _, place = text.partition(" - at `$")
    within = place.rstrip("`").removeprefix(".")
    named = re.search(r"(?:unknown|required) field `([^`]*)`", message)
    field = ".".join(part for part in (within, named[1] if named else "") if part)
    return INVALID.problem(f"{field or 'body'}: {_lower(message)}.", field=field or None)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _if_version(request: Request) -> int | None:
    """Read If-Match: an entity tag is a version in quotes (RFC 9110 section 13.1.1); ``*`` is any."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    match = re.fullmatch(r'\s*"(\d{1,15})"\s*', given)
    if match is None:
        raise Unreadable(
            INVALID.problem(
                f'If-Match: found {given}, expected one ETag of this event, such as "3".', field="If-Match"
            )
        )
    return int(match[1])


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is not None and not 0 < len(given) <= LONGEST_KEY:
        raise Unreadable(
            INVALID.problem(
                f"Idempotency-Key: found {len(given)} characters, expected 1 to {LONGEST_KEY}.",
                field="Idempotency-Key",
            )
        )
    return given
