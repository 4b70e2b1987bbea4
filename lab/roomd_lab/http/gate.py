"""What is known about accounts at the door: passwords, tokens and locks."""

import base64
import binascii
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path

from roomd_lab.http.lock_out import LockOut
from roomd_lab.model.directory import Directory
from roomd_lab.model.people import Account

_STORE_VARIABLE = "NTLM_USER_FILE"
_store_lock = threading.Lock()


class ExtendedProtection(StrEnum):
    """Whether NTLM must name the TLS channel it comes by (tls-server-end-point, RFC 5929)."""

    OFF = "off"
    ALLOW = "allow"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPolicy:
    """How people get in. `lock_out_after` bad passwords within `lock_out_minutes` lock an account for as long."""

    extended_protection: ExtendedProtection = ExtendedProtection.ALLOW
    lock_out_after: int | None = None
    lock_out_minutes: float = 30.0
    oauth: bool = False


class Gate:
    """Knows every account's password. `store` is the file the NTLM acceptor reads them from."""

    def __init__(self, directory: Directory, store: Path, policy: SignInPolicy, now: Callable[[], datetime]) -> None:
        self.policy = policy
        self.lock_out = LockOut(policy.lock_out_after, timedelta(minutes=policy.lock_out_minutes), now)
        self._directory = directory
        self._store = store
        store.touch(mode=0o600)
        store.write_text("".join(map(_store_lines, directory.accounts)), encoding="utf-8")

    def close(self) -> None:
        """Take the password file away."""
        self._store.unlink(missing_ok=True)

    def basic(self, credentials: str) -> tuple[Account | None, bool]:
        """The account a Basic Authorization value names, and whether its password is right."""
        try:
            name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            return None, False
        account = self._directory.account(name)
        return account, account is not None and compare_digest(account.password.encode(), password.encode())

    def bearer(self, token: str) -> Account | None:
        """The account a bearer token was issued for, if tokens are accepted here."""
        if not self.policy.oauth:
            return None
        return next((a for a in self._directory.accounts if compare_digest(a.token.encode(), token.encode())), None)

    def account(self, principal: str) -> Account | None:
        """The account behind a user name."""
        return self._directory.account(principal)

    @contextmanager
    def passwords(self) -> Iterator[None]:
        """While open, pyspnego's NTLM acceptor finds this lab's passwords.

        It takes the file's name from the environment alone, which all labs of a process share.
        """
        with _store_lock:
            before = os.environ.get(_STORE_VARIABLE)
            os.environ[_STORE_VARIABLE] = str(self._store)
            try:
                yield
            finally:
                if before is None:
                    del os.environ[_STORE_VARIABLE]
                else:
                    os.environ[_STORE_VARIABLE] = before


def _store_lines(account: Account) -> str:
    domain, _, name = account.username.partition("\\")
    return f"{domain}:{name}:{account.password}\n:{account.upn}:{account.password}\n"
