"""JSON as it leaves: one encoder, one way to write an answer and a problem."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from roomd_core.api.problems import MEDIA
from roomd_core.api.wire import Problem

_ENCODER = msgspec.json.Encoder()


def encode(value: Any) -> bytes:
    """Write a value of the wire as JSON."""
    return _ENCODER.encode(value)


def json_response(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a value."""
    return Response(encode(value), status_code=status, headers=headers, media_type="application/json")


def problem_response(problem: Problem) -> Response:
    """Answer that it did not work, as RFC 9457 asks."""
    return Response(encode(problem), status_code=problem.status, media_type=MEDIA)
