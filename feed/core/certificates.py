"""Whom a client certificate names: the names by which the key of a source is bound to it.

RFC 9525 for clients: what the subject alternative names say counts, and where they name nobody, the common name. Which
authority vouches for them is not decided here.
"""

from collections.abc import Mapping
from typing import Any

_KINDS = frozenset({"DNS", "URI", "email"})  # of those that `ssl` tells; an address is nobody's name


def names_of(certificate: Mapping[str, Any] | None) -> frozenset[str]:
    """The names in a verified certificate, as `ssl.SSLSocket.getpeercert` tells it; of no certificate there are none.

    A DNS name holds in lower case too (RFC 4343). A wildcard is a name like any other: it stands for nothing else.
    """
    if not certificate:
        return frozenset()
    alternatives = [(kind, name) for kind, name in certificate.get("subjectAltName", ()) if kind in _KINDS]
    if alternatives:
        lower = (name.lower() for kind, name in alternatives if kind == "DNS")
        return frozenset((*lower, *(name for _, name in alternatives)))
    parts = (part for several in certificate.get("subject", ()) for part in several)
    return frozenset(value for name, value in parts if name == "commonName")
