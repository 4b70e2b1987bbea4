"""Signing in: NTLM once for a connection, Basic and Bearer with every request, as IIS does it."""

import base64
import struct
from dataclasses import dataclass

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from roomd_lab.http.gate import ExtendedProtection, Gate
from roomd_lab.http.ntlm_message import Claim, read_claim
from roomd_lab.model.people import Account

OFFERS = ("Negotiate", "NTLM", 'Basic realm="lab"')
_BEARER = (
    'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="lab", '
    'token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token"'
)
# What pyspnego raises on a token that is none, besides its own errors.
_UNREADABLE = (ValueError, LookupError, OverflowError, struct.error, SpnegoError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Not signed in; the WWW-Authenticate values to say so with. `is_final` is false in the middle of a handshake."""

    challenges: tuple[str, ...] = OFFERS
    is_locked: bool = False
    is_final: bool = True


class SignIn:
    """What one connection has shown of itself so far. `end_point` is the hash of the certificate it was shown."""

    def __init__(self, gate: Gate, end_point: bytes) -> None:
        self.gate = gate
        self._bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + end_point)
        self._context: spnego.ContextProxy | None = None
        self._claim: Claim | None = None
        self._account: Account | None = None

    def check(self, authorization: str | None) -> Account | Denied:
        """Who sends this request, given its Authorization header."""
        if authorization is None:
            return self._account or self._denied()
        scheme, _, credentials = authorization.strip().partition(" ")
        match scheme.lower():
            case "basic":
                return self._judge(*self.gate.basic(credentials.strip()))
            case "bearer":
                return self.gate.bearer(credentials.strip()) or self._denied()
            case "ntlm" | "negotiate":
                return self._step(scheme, credentials.strip())
        return self._denied()

    def _step(self, scheme: str, credentials: str) -> Account | Denied:
        self._account = None
        try:
            token = base64.b64decode(credentials, validate=True)
            self._claim = read_claim(token)
            reply = self._accept(token)
        except _UNREADABLE:
            self._context = None
            return self._judge(self._claimed(), is_right=False)
        if self._context is not None and self._context.complete:
            principal = self._context.client_principal or ""
            self._context = None
            account = self._judge(self.gate.account(principal), is_right=self._names_the_channel())
            self._account = account if isinstance(account, Account) else None
            return account
        return Denied(challenges=(f"{scheme} {base64.b64encode(reply or b'').decode()}",), is_final=False)

    def _accept(self, token: bytes) -> bytes | None:
        with self.gate.passwords():
            if self._context is None:
                protocol = "ntlm" if token.startswith(b"NTLMSSP\x00") else "negotiate"
                self._context = spnego.server(protocol=protocol)
            named = self._claim is not None and self._claim.names_channel
            protected = self.gate.policy.extended_protection is not ExtendedProtection.OFF
            return self._context.step(token, channel_bindings=self._bindings if named and protected else None)

    def _names_the_channel(self) -> bool:
        if self.gate.policy.extended_protection is not ExtendedProtection.REQUIRE:
            return True
        return self._claim is not None and self._claim.names_channel

    def _claimed(self) -> Account | None:
        return self.gate.account(self._claim.login) if self._claim else None

    def _judge(self, account: Account | None, is_right: bool) -> Account | Denied:  # noqa: FBT001 - the gate's second word
        """Let an account in unless its password was wrong, or too many were before."""
        if account is None:
            return self._denied()
        if self.gate.lock_out.is_locked(account.username):
            return Denied(is_locked=True)
        if not is_right:
            self.gate.lock_out.failed(account.username)
            return self._denied()
        self.gate.lock_out.succeeded(account.username)
        return account

    def _denied(self) -> Denied:
        return Denied(challenges=(*OFFERS, _BEARER) if self.gate.policy.oauth else OFFERS)
