"""The paths of Autodiscover."""

from http import HTTPStatus

from roomd_lab.http.messages import HttpRequest, HttpResponse
from roomd_lab.model.directory import Directory
from roomd_lab.model.errors import ExchangeError
from roomd_lab.soap.autodiscover import answer_pox, answer_soap
from roomd_lab.soap.service import fault

SOAP_PATH = "/autodiscover/autodiscover.svc"
POX_PATH = "/autodiscover/autodiscover.xml"
AUTODISCOVER_PATHS = frozenset({SOAP_PATH, POX_PATH})


def discover(request: HttpRequest, directory: Directory, ews_url: str) -> HttpResponse:
    """Answer one request. A GET shows, by a header, that SOAP is spoken here too."""
    if request.method != "POST":
        return HttpResponse(HTTPStatus.OK, headers=(("X-SOAP-Enabled", "True"), ("X-WSSecurity-Enabled", "False")))
    if request.path.lower() == POX_PATH:
        return HttpResponse(HTTPStatus.OK, answer_pox(request.body, directory, ews_url))
    try:
        return HttpResponse(HTTPStatus.OK, answer_soap(request.body, directory, ews_url))
    except ExchangeError as error:
        refused = fault(error)
        return HttpResponse(refused.status, refused.document)
