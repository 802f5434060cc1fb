"""How we prove to NATS who we are, and how it proves that to us: certificates and credentials from files.

Files are read again at each connection where nats-py does so itself; what stands in them is never told.
"""

import ssl
from pathlib import Path
from typing import Any, NamedTuple

from feed.errors import BrokerError

ENCRYPTED = ("tls://", "wss://")
_JWT = b"-----BEGIN NATS USER JWT-----"
_SEED = b"SU"  # of a user; an operator's or an account's has no business here


class Proof(NamedTuple):
    """Paths of PEM files and of what `nsc` wrote; empty where there is none.

    `ca` is who vouches for the servers (without it those of the system), `certificate` and `key` are our own,
    `credentials` is a `.creds` file or a bare nkey seed.
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""
    credentials: str = ""

    def options(self, servers: list[str]) -> dict[str, Any]:
        """What nats-py is given for these servers; raises BrokerError that names the file at fault."""
        options: dict[str, Any] = {}
        if self.ca or self.certificate or self.is_wanted(servers):
            options["tls"] = self._context()
        if self.credentials:
            text = _read(self.credentials)
            if _JWT in text:
                options["user_credentials"] = self.credentials
            elif text.strip().startswith(_SEED):
                options["nkeys_seed"] = self.credentials
            else:
                hint = "Name the .creds file that `nsc generate creds` writes, or one with a seed, SU..."
                raise BrokerError(f"{self.credentials} has neither a user's JWT nor its seed", hint=hint)
        return options

    def is_wanted(self, servers: list[str]) -> bool:
        """Whether nothing may be said before the connection is encrypted."""
        return bool(self.ca or self.certificate) or any(server.startswith(ENCRYPTED) for server in servers)

    def _context(self) -> ssl.SSLContext:
        for path in filter(None, (self.ca, self.certificate, self.key)):
            _read(path)
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except ssl.SSLError as problem:
            raise BrokerError(f"{self.ca} is no CA certificate: {problem.reason}", hint="It is PEM.") from problem
        if self.certificate:
            try:
                context.load_cert_chain(self.certificate, self.key or None, password=_no_password)
            except (ssl.SSLError, ValueError) as problem:
                reason = getattr(problem, "reason", None) or problem
                detail = f"certificate {self.certificate} and key {self.key or '-'} cannot be used: {reason}"
                raise BrokerError(detail, hint="Both are PEM, and belong together.") from problem
        return context


def _no_password() -> str:
    """OpenSSL would ask for it at the terminal."""
    raise ValueError("the key has a password")


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise BrokerError(f"cannot read {path}: {problem.strerror}", hint="Run as a user who may.") from problem
