"""Writing requests down, and what the server adds to every answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from roomd_lab.faults import Fault
from roomd_lab.http.messages import HttpRequest, HttpResponse, HttpStream, Reply
from roomd_lab.request_log import RequestLog, RequestLogEntry
from roomd_lab.soap.envelope import Request

_AFFINITY_COOKIE = "X-BackEndOverrideCookie"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as it was understood."""

    http: HttpRequest
    soap: Request
    account: str
    fault: Fault | None


class Visits:
    """The request log as the server keeps it."""

    def __init__(self, log: RequestLog, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now

    def refused(self, request: HttpRequest) -> None:
        """Somebody did not get in."""
        anchor = request.headers.get("x-anchormailbox")
        entry = RequestLogEntry(
            at=self._now(), operation="", account=None, anchor=anchor, status=HTTPStatus.UNAUTHORIZED
        )
        self._log.add(entry)

    def seen(self, visit: Visit, reply: Reply) -> Reply:
        """A request and what it is answered; gives the reply with the affinity cookie, if that was asked for."""
        self._log.add(
            RequestLogEntry(
                at=self._now(),
                operation=visit.soap.operation,
                account=visit.account,
                acts_as=visit.soap.acting[1] if visit.soap.acting else None,
                anchor=visit.http.headers.get("x-anchormailbox"),
                status=_status(reply),
                fault=visit.fault.kind if visit.fault else None,
            )
        )
        wanted = visit.http.headers.get("x-preferserveraffinity", "").lower() == "true"
        if (
            wanted
            and isinstance(reply, HttpResponse)
            and _AFFINITY_COOKIE not in visit.http.headers.get("cookie", "")
        ):
            cookie = ("Set-Cookie", f"{_AFFINITY_COOKIE}=lab~1942003791; path=/; secure; HttpOnly")
            return replace(reply, headers=(*reply.headers, cookie))
        return reply


def _status(reply: Reply) -> int:
    if isinstance(reply, HttpResponse):
        return reply.status
    return int(HTTPStatus.OK) if isinstance(reply, HttpStream) else 0
