"""A certificate authority of the lab's own, and server certificates from it: a right one and wrong ones."""

import ipaddress
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from roomd_lab.shown_certificate import CertificateKind

_VALID = timedelta(days=30)
_SOON = timedelta(days=10)
_DAY = timedelta(days=1)
_OTHER_HOST = "mail.example.net"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of a running lab. Clients are given `ca_file` to trust."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        """The authority's certificate."""
        return self.folder / "lab-ca.pem"

    @property
    def key_file(self) -> Path:
        """The key of every server certificate."""
        return self.folder / "lab-server.key"

    def chain_file(self, kind: CertificateKind = CertificateKind.VALID) -> Path:
        """A server certificate with its authority's."""
        suffix = "" if kind is CertificateKind.VALID else f"-{kind}"
        return self.folder / f"lab-server{suffix}.pem"

    def exist(self) -> bool:
        """Whether all of them are there."""
        return all(path.exists() for path in (self.ca_file, self.key_file, *map(self.chain_file, CertificateKind)))

    def server_context(self, shown: Callable[[], CertificateKind]) -> ssl.SSLContext:
        """The TLS settings of the server; each handshake asks anew which certificate is shown."""
        contexts = {kind: self._context(kind) for kind in CertificateKind}

        def choose(connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
            connection.context = contexts[shown()]

        first = self._context(CertificateKind.VALID)
        first.sni_callback = choose
        return first

    def end_points(self) -> dict[CertificateKind, bytes]:
        """The hash of each server certificate that a channel binding names (RFC 5929 section 4)."""
        return {kind: _read(self.chain_file(kind)).fingerprint(hashes.SHA256()) for kind in CertificateKind}

    def _context(self, kind: CertificateKind) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain_file(kind), self.key_file)
        return context


def issue(folder: Path, host: str) -> Certificates:
    """An authority and certificates in `folder`: one for `host`, localhost and 127.0.0.1, and the wrong ones.

    Those of an earlier run are used again, so that its clients go on trusting the server, unless one
    that clients accept ends today.
    """
    files = Certificates(folder)
    if not _are_usable(files, host):
        _make(files, host)
    return files


def _are_usable(files: Certificates, host: str) -> bool:
    if not files.exist():
        return False
    leaf = _read(files.chain_file())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    soonest = _read(files.chain_file(CertificateKind.ENDS_SOON))
    return _general_name(host) in names and soonest.not_valid_after_utc > datetime.now(UTC) + _DAY


def _make(files: Certificates, host: str) -> None:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca, now = _authority(ca_key), datetime.now(UTC)
    ca_pem = ca.public_bytes(serialization.Encoding.PEM)
    files.ca_file.write_bytes(ca_pem)
    own, other = _own_names(host), [x509.DNSName(_OTHER_HOST)]
    for kind, names, begins, ends in (
        (CertificateKind.VALID, own, now - _DAY, now + _VALID),
        (CertificateKind.ENDS_SOON, own, now - _VALID, now + _SOON),
        (CertificateKind.NOT_YET, own, now + _VALID, now + 2 * _VALID),
        (CertificateKind.EXPIRED, own, now - _VALID, now - _DAY),
        (CertificateKind.WRONG_HOST, other, now - _DAY, now + _VALID),
    ):
        leaf = _server(_builder(_name("localhost"), ca.subject, key, (begins, ends)), names, ca_key)
        files.chain_file(kind).write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + ca_pem)
    files.key_file.touch(mode=0o600)
    files.key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name, now = _name("roomd lab authority"), datetime.now(UTC)
    return (
        _builder(name, name, key, (now - _VALID, now + _VALID))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _own_names(host: str) -> list[x509.GeneralName]:
    names = [_general_name("localhost"), _general_name("127.0.0.1")]
    return names if _general_name(host) in names else [*names, _general_name(host)]


def _server(
    builder: x509.CertificateBuilder, names: Sequence[x509.GeneralName], ca_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, valid: tuple[datetime, datetime]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
