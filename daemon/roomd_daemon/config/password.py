"""The service account's password: from systemd's credential, or from a file that only its owner may read."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from roomd_daemon.config.faults import ConfigError, Fault
from roomd_daemon.config.sections import ExchangeSection

CREDENTIAL = "exchange-password"
"""The name of the systemd credential (systemd.exec(5), ``LoadCredential=``)."""

KEY = "exchange.password_file"


def read_password(exchange: ExchangeSection, file: Path, environment: Mapping[str, str]) -> SecretStr:
    """Return the password. The credential comes first, because the file behind it may be root's alone.

    ``file`` is the configuration, named in errors. Raise ConfigError when there is none, or others can read it.
    """
    handed_over = _credential(environment)
    source = handed_over or exchange.password_file
    if source is None:
        expected = f'a file, or the systemd credential "{CREDENTIAL}"'
        raise ConfigError(file, [Fault(KEY, "nothing", expected)])
    try:
        return SecretStr(_read(source, private=handed_over is None))
    except _Unfit as unfit:
        raise ConfigError(file, [unfit.fault]) from None


class _Unfit(Exception):  # noqa: N818 - becomes a fault of the configuration
    def __init__(self, source: Path, found: str, expected: str) -> None:
        super().__init__(found)
        self.fault = Fault(KEY, f'"{source}" {found}', expected)


def _credential(environment: Mapping[str, str]) -> Path | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / CREDENTIAL if folder else None
    return path if path and path.exists() else None


def _read(source: Path, *, private: bool) -> str:
    """Read the first line. Mode and content come from one open file, so that neither can be exchanged between."""
    try:
        with source.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if private and mode & 0o077:
                raise _Unfit(source, f"with mode {mode:04o}", f"0600: run `chmod 600 {source}`")
            line = stream.readline()
    except OSError as error:
        raise _Unfit(source, f"({error.strerror})", "a readable file") from None
    try:
        password = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise _Unfit(source, "that is not UTF-8", "a file with one line of text") from None
    if not password:
        raise _Unfit(source, "that is empty", "a file with one line of text")
    return password
