"""A daemon as `roomd run` assembles it, in this process, whose Exchange is a lab reached over TLS and NTLM."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from daemon.live_daemon import ME
from roomd_core.api.client import Client
from roomd_daemon.config import load
from roomd_daemon.notify import Notifier
from roomd_daemon.service import reach_exchange, start
from roomd_lab import Lab, LabAddress

PATIENCE = 20.0


def write_config(folder: Path, address: LabAddress, username: str, more: str, *, exchange: str = "") -> Path:
    """Write a configuration that reaches the lab; ``more`` names its rooms and people, ``exchange`` how else."""
    file = folder / "roomd.toml"
    file.write_text(
        f"[exchange]\nendpoint = '{address.endpoint}'\nusername = '{username}'\nca_file = '{address.ca_file}'\n"
        f"password_file = 'password'\n{exchange}[paths]\nstate_dir = 'state'\nsocket = 'control.sock'\n{more}"
    )
    return file


@asynccontextmanager
async def lab_daemon(
    folder: Path, lab: Lab, address: LabAddress, more: str, *, exchange: str = ""
) -> AsyncIterator[Client]:
    """Run a daemon in ``folder`` for as long as the block lasts; the same folder again is a restart."""
    account = lab.account("svc-roomd")
    config = load(write_config(folder, address, account.username, more, exchange=exchange))
    reach = partial(reach_exchange, config, SecretStr(account.password))
    async with AsyncExitStack() as started:
        await start(config, reach, Notifier({}), started)
        async with Client(config.paths.socket) as client:
            yield client


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds that no event tells of."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - what is asked is on the other side of a socket
            await asyncio.sleep(0.02)


def a_person(name: str, *, unix_user: str = ME) -> str:
    """Return a `[[person]]` of the lab's company."""
    return f'[[person]]\naddress = "{name}@example.com"\nunix_user = "{unix_user}"\n'
