"""Signing in: NTLM once for a connection, Basic with every request, as IIS does it."""

import base64
import binascii
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

import spnego
from spnego.exceptions import SpnegoError

from roomd_lab.model.directory import Account, Directory

OFFERS = ("Negotiate", "NTLM", 'Basic realm="lab"')
_STORE_VARIABLE = "NTLM_USER_FILE"
_store_lock = threading.Lock()
# What pyspnego raises on a token that is none, besides its own errors.
_UNREADABLE = (ValueError, LookupError, OverflowError, struct.error, SpnegoError)


@dataclass(frozen=True, slots=True)
class Denied:
    """Not signed in; the WWW-Authenticate values to say so with."""

    challenges: tuple[str, ...] = OFFERS


class Gate:
    """Knows every account's password. `store` is the file the NTLM acceptor reads them from."""

    def __init__(self, directory: Directory, store: Path) -> None:
        self._directory = directory
        self._store = store
        store.touch(mode=0o600)
        store.write_text("".join(map(_store_lines, directory.accounts)), encoding="utf-8")

    def close(self) -> None:
        """Take the password file away."""
        self._store.unlink(missing_ok=True)

    def basic(self, credentials: str) -> Account | None:
        """The account of a Basic Authorization value, if its password is right."""
        try:
            name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            return None
        account = self._directory.account(name)
        if account is None or not compare_digest(account.password.encode(), password.encode()):
            return None
        return account

    def account(self, principal: str) -> Account | None:
        """The account NTLM signed in."""
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


class SignIn:
    """What one connection has shown of itself so far."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._context: spnego.ContextProxy | None = None
        self._account: Account | None = None

    def check(self, authorization: str | None) -> Account | Denied:
        """Who sends this request, given its Authorization header."""
        if authorization is None:
            return self._account or Denied()
        scheme, _, credentials = authorization.strip().partition(" ")
        match scheme.lower():
            case "basic":
                return self._gate.basic(credentials.strip()) or Denied()
            case "ntlm" | "negotiate":
                return self._step(scheme, credentials.strip())
        return Denied()

    def _step(self, scheme: str, credentials: str) -> Account | Denied:
        self._account = None
        try:
            token = base64.b64decode(credentials, validate=True)
            reply = self._accept(token)
        except _UNREADABLE:
            self._context = None
            return Denied()
        if self._context is not None and self._context.complete:
            self._account = self._gate.account(self._context.client_principal or "")
            self._context = None
            return self._account or Denied()
        return Denied((f"{scheme} {base64.b64encode(reply or b'').decode()}",))

    def _accept(self, token: bytes) -> bytes | None:
        with self._gate.passwords():
            if self._context is None:
                protocol = "ntlm" if token.startswith(b"NTLMSSP\x00") else "negotiate"
                self._context = spnego.server(protocol=protocol)
            return self._context.step(token)
