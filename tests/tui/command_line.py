"""`roomctl` as a shell runs it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

ROOMCTL = Path(sys.executable).with_name("roomctl")
ENVIRONMENT = {"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai", "LANG": "C.UTF-8"}


class Finished(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


async def roomctl(socket: Path, *arguments: str, program: tuple[str, ...] = (str(ROOMCTL),)) -> Finished:
    process = await asyncio.create_subprocess_exec(
        *program,
        *arguments,
        env=ENVIRONMENT | {"ROOMD_SOCKET": str(socket)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())
