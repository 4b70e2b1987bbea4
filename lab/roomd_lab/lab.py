"""The lab: a world, and the server in front of it."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from roomd_lab.control.routes import Control
from roomd_lab.http.certificate import issue
from roomd_lab.http.connection import Handler
from roomd_lab.http.endpoint import CONTROL_PREFIX, EWS_PATH, Endpoint
from roomd_lab.http.server import Server
from roomd_lab.http.sign_in import Gate
from roomd_lab.model.directory import Account
from roomd_lab.soap.envelope import Request
from roomd_lab.soap.service import Answer, perform
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

    @asynccontextmanager
    async def serve(
        self, *, host: str = "127.0.0.1", port: int = 0, folder: Path | None = None
    ) -> AsyncIterator[LabAddress]:
        """Serve over HTTPS in the running loop while the context is open.

        `folder` receives the certificates and the password file of NTLM; a temporary one is the default.
        """
        with _folder(folder) as place, closing(Gate(self.company.directory, place / "ntlm-accounts")) as gate:
            certificates = issue(place, host)
            server = Server(lambda: self._new_handler(gate))
            async with server.listen(host, port, certificates.server_context()) as bound:
                site = f"https://[{host}]:{bound}" if ":" in host else f"https://{host}:{bound}"
                yield LabAddress(
                    endpoint=site + EWS_PATH,
                    ca_file=certificates.ca_file,
                    control=site + CONTROL_PREFIX,
                    port=bound,
                )

    @contextmanager
    def serve_in_thread(self, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[LabAddress]:
        """Serve from a thread with a loop of its own, for blocking clients."""
        with asyncio.Runner() as runner:
            stack = self.serve(host=host, port=port)
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

    def _new_handler(self, gate: Gate) -> Handler:
        return Endpoint(gate, self.faults, self._perform, Control(self, gate).answer).answer

    def _perform(self, request: Request, account: Account, sync_state_is_lost: bool) -> Answer:  # noqa: FBT001 - a seam of one caller
        with self.lock:
            return perform(self.organization, request, account, sync_state_is_lost=sync_state_is_lost)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="roomd-lab-") as temporary:
        yield Path(temporary)
