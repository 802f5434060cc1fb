"""TLS at the doors: the service's certificate as it is on disk, and the authorities of its sources."""

import logging
import ssl
import time
from pathlib import Path

from feed.config import Settings
from feed.errors import SettingsError

LOOK_SECONDS = 1.0  # between two looks at the files

_Stamp = tuple[tuple[int, int, int], ...]
_log = logging.getLogger("feed.tls")


class Doorplate:
    """What a connection is greeted with: who we are, and whose certificates we ask for.

    A file that was renewed is taken over by itself, for connections to come; one that cannot be is told, and the last
    good one stays. Raises SettingsError when there is no good one yet.
    """

    def __init__(self, certificate: str, key: str, authorities: str | None) -> None:
        self._certificate = Path(certificate)
        self._key = Path(key)
        self._authorities = Path(authorities) if authorities is not None else None
        self._stamp = self._look()
        self._looked = time.monotonic()
        self._context = self._read()

    def context(self) -> ssl.SSLContext:
        """For the next connection."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._renew()
        return self._context

    def _renew(self) -> None:
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._context = self._read()
        except SettingsError as error:
            _log.error("the certificate was changed, and the old one stays: %s", error)
        else:
            _log.info("the certificate was renewed")

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._certificate, self._key, _no_password)
        except (OSError, ValueError) as error:
            raise _refused("tls_certificate, tls_key", f"{self._certificate}, {self._key}", error) from error
        if self._authorities is not None:
            try:
                context.load_verify_locations(self._authorities)
            except (OSError, ValueError) as error:
                raise _refused("tls_client_authorities", str(self._authorities), error) from error
            context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _look(self) -> _Stamp:
        """What changes with the files; of one that is not there, nothing."""
        stamps = []
        for path in filter(None, (self._certificate, self._key, self._authorities)):
            try:
                found = path.stat()
            except OSError:
                stamps.append((0, 0, 0))
            else:
                stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
        return tuple(stamps)


def doorplate(settings: Settings) -> Doorplate | None:
    """What the settings say of it, None without TLS; raises SettingsError for files that cannot be used."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return Doorplate(settings.tls_certificate, settings.tls_key, settings.tls_client_authorities)


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _refused(setting: str, path: str, error: Exception) -> SettingsError:
    reason = getattr(error, "strerror", None) or str(error)
    hint = "PEM files that the service may read; the key belongs to the certificate, and has no password."
    return SettingsError(f"{setting}: {path}: {reason}", hint=hint)
