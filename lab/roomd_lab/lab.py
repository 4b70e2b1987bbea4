"""The lab: a world, and the server in front of it."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from roomd_lab.control.routes import Control
from roomd_lab.faults import Fault
from roomd_lab.http.autodiscover import discover
from roomd_lab.http.browsing import browse
from roomd_lab.http.certificate import Certificates, issue
from roomd_lab.http.connection import Handler
from roomd_lab.http.endpoint import CONTROL_PREFIX, EWS_PATH, Backend, Endpoint
from roomd_lab.http.gate import Gate, SignInPolicy
from roomd_lab.http.messages import HttpRequest, HttpResponse, HttpStream
from roomd_lab.http.server import Server
from roomd_lab.http.sign_in import SignIn
from roomd_lab.http.streaming import envelopes
from roomd_lab.http.visits import Visits
from roomd_lab.model.people import Account
from roomd_lab.model.zones import zone_info
from roomd_lab.soap.envelope import Request
from roomd_lab.soap.service import Answer, Streamed, perform
from roomd_lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAddress:
    """Where a running lab is reached, and with what."""

    endpoint: str
    ca_file: Path
    control: str
    port: int


class Lab(World):
    """A world that can be served."""

    _ews_url = ""

    @asynccontextmanager
    async def serve(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        folder: Path | None = None,
        sign_in: SignInPolicy | None = None,
    ) -> AsyncIterator[LabAddress]:
        """Serve over HTTPS in the running loop while the context is open.

        `folder` receives the certificates and the password file of NTLM; a temporary one is the default.
        """
        with _folder(folder) as place:
            certificates = issue(place, host)
            async with self._serve_with(certificates, place, host, port, sign_in or SignInPolicy()) as bound:
                site = _site(host, bound)
                yield LabAddress(
                    endpoint=site + EWS_PATH,
                    ca_file=certificates.ca_file,
                    control=site + CONTROL_PREFIX,
                    port=bound,
                )

    @asynccontextmanager
    async def _serve_with(
        self, certificates: Certificates, place: Path, host: str, port: int, policy: SignInPolicy
    ) -> AsyncIterator[int]:
        now = self.organization.now
        with closing(Gate(self.company.directory, place / "ntlm-accounts", policy, now)) as gate:
            end_points = certificates.end_points()
            server = Server(lambda: self._new_handler(SignIn(gate, end_points[self.certificate.kind])))
            context = certificates.server_context(lambda: self.certificate.kind)
            async with server.listen(host, port, context) as bound:
                self._ews_url = _site(host, bound) + EWS_PATH
                yield bound

    @contextmanager
    def serve_in_thread(
        self, *, host: str = "127.0.0.1", port: int = 0, sign_in: SignInPolicy | None = None
    ) -> Iterator[LabAddress]:
        """Serve from a thread with a loop of its own, for blocking clients."""
        with asyncio.Runner() as runner:
            stack = self.serve(host=host, port=port, sign_in=sign_in)
            address = runner.run(stack.__aenter__())
            loop = runner.get_loop()
            thread = threading.Thread(target=loop.run_forever, name="roomd-lab")
            thread.start()
            try:
                yield address
            finally:
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
                runner.run(stack.__aexit__(None, None, None))

    def _new_handler(self, sign_in: SignIn) -> Handler:
        backend = Backend(
            faults=self.faults,
            certificate=self.certificate,
            visits=Visits(self.requests, self.organization.now),
            perform=self._perform,
            stream=self._stream,
            control=Control(self, sign_in.gate).answer,
            discover=lambda request: discover(request, self.company.directory, self._ews_url),
            browse=self._browse,
        )
        return Endpoint(sign_in, backend).answer

    def _perform(self, request: Request, account: Account, planned: Fault | None) -> Answer | Streamed:
        with self.lock:
            return perform(self.organization, request, account, planned)

    def _browse(self, request: HttpRequest, account: Account) -> HttpResponse:
        with self.lock:
            return browse(request, self.organization, account, zone_info(self.company.zone))

    def _stream(self, stream: Streamed) -> HttpStream:
        def cancel() -> None:
            with self.lock:
                stream.close()

        return HttpStream(envelopes(stream, self.lock, self.limits.heartbeat_seconds), cancel)


def _site(host: str, port: int) -> str:
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="roomd-lab-") as temporary:
        yield Path(temporary)
