"""Whom a command trusts by https://, and whom it says it is."""

import ssl
from pathlib import Path
from typing import Any

import click

from feed.errors import FeedError


class TrustError(FeedError):
    """A file of certificates cannot be used."""


_FILE: Any = click.Path(path_type=Path)
ca_option = click.option("--ca", type=_FILE, metavar="FILE", help="Authorities to trust by https://, PEM.  [system's]")
certificate_option = click.option("--certificate", type=_FILE, metavar="FILE", help="The source's own, PEM.")
certificate_key_option = click.option("--certificate-key", type=_FILE, metavar="FILE", help="Its key, PEM.")


def trust(ca: Path | None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext | None:
    """What is behind these options, None without them; raises TrustError for a file that is no good."""
    if key is not None and certificate is None:
        raise TrustError("--certificate-key without --certificate", hint="Name both.")
    if ca is None and certificate is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        files = ", ".join(str(path) for path in (ca, certificate, key) if path is not None)
        raise TrustError(f"{files}: {error}", hint="Name PEM files; the key belongs to the certificate.") from error
    return context
