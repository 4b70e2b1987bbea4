"""What IIS and its neighbours answer when Exchange does not."""

from http import HTTPStatus

from roomd_lab.http.messages import HttpResponse

ERROR_PAGE_PATH = "/ews/genericerrorpage.htm"
_HTML = "text/html; charset=utf-8"


def html_page(status: HTTPStatus, *, headers: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
    """A status as a page for people."""
    text = f"<html><head><title>{status} - {status.phrase}</title></head><body><h2>{status} - {status.phrase}</h2>"
    return HttpResponse(status, f"{text}</body></html>".encode(), _HTML, headers)


def unauthorized(challenges: tuple[str, ...]) -> HttpResponse:
    """Sign in first."""
    return HttpResponse(
        HTTPStatus.UNAUTHORIZED, headers=tuple(("WWW-Authenticate", challenge) for challenge in challenges)
    )


def locked_out() -> HttpResponse:
    """The account is locked, whatever the password: 401 with Windows' sentence (ERROR_ACCOUNT_LOCKED_OUT)."""
    sentence = b"The referenced account is currently locked out and may not be logged on to."
    return HttpResponse(HTTPStatus.UNAUTHORIZED, b"<html><body>" + sentence + b"</body></html>", _HTML)


def application_error() -> HttpResponse:
    """ASP.NET's page for an application that failed."""
    body = b"<html><body><h1>Server Error in '/EWS' Application.</h1></body></html>"
    return HttpResponse(HTTPStatus.INTERNAL_SERVER_ERROR, body, _HTML)


def redirect(location: str) -> HttpResponse:
    """Go somewhere else."""
    return HttpResponse(HTTPStatus.FOUND, b"", _HTML, (("Location", location),))


def error_page() -> HttpResponse:
    """Where an outage redirects to."""
    return HttpResponse(
        HTTPStatus.OK, b"<html><body>Something went wrong. Please try again later.</body></html>", _HTML
    )


def login_page() -> HttpResponse:
    """A gateway's form where an answer should be."""
    form = b'<html><body><form action="/owa/auth.owa" method="post"><input name="username"></form></body></html>'
    return HttpResponse(HTTPStatus.OK, form, _HTML)
