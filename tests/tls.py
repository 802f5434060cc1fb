"""Authorities, certificates and tokens for tests, made when they are needed; a service that knows them."""

import ssl
from pathlib import Path
from typing import Any

import trustme


class Pki:
    """An authority with its files in a folder: `ca`, and whatever it issues."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(self.ca)

    def issue(self, *names: str, file: str = "service", common_name: str | None = None) -> tuple[Path, Path]:
        """Files of a certificate with these names, and of its key."""
        issued = self._authority.issue_cert(*names, common_name=common_name)
        certificate, key = self._folder / f"{file}.pem", self._folder / f"{file}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        return certificate, key

    def trust(self, certificate: tuple[Path, Path] | None = None) -> ssl.SSLContext:
        """What a client holds that trusts this authority, and may show a certificate."""
        context = ssl.create_default_context(cafile=self.ca)
        if certificate is not None:
            context.load_cert_chain(*certificate)
        return context

    def doors(self, **others: Any) -> dict[str, Any]:
        """Settings of a service on this machine that speaks TLS."""
        certificate, key = self.issue("127.0.0.1", "localhost")
        return {"tls_certificate": str(certificate), "tls_key": str(key), **others}
