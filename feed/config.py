"""Settings: a TOML file, overridden by FEED_* environment variables, overridden by flags. An unknown one is refused."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated as A
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from feed.core.silence import Expected
from feed.customers import CustomerSettings, customers_of
from feed.errors import SettingsError
from feed.stream.proof import Proof
from schemas.rsc import FILLING, LENGTH, parse_code
from schemas.topic import BadKeyError, Topic

ENVIRONMENT_PREFIX = "FEED_"
TABLES = frozenset({"competitions", "customers", "sources", "unit_seconds"})
_DISCIPLINE = re.compile(r"[A-Z0-9]{2,3}")  # of a code of 34 or 9 characters
_ORIGINS = r"^(\*|[a-z][a-z0-9+.-]*://[^/,\s]+(,[a-z][a-z0-9+.-]*://[^/,\s]+)*)?$"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
NO_SETTINGS = frozenset({"FEED_KEY"})  # of the commands that read a feed: no service has a use for it


class CompetitionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is set for one competition: the IANA time zone of header times that carry none."""

    zone: str


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is expected of one system: a document every `beat_seconds`; after `missed` of them it is stale.

    It is told under `code`: that of a unit or event, so that who follows that hears of it, or of the Games.
    """

    competition: str
    beat_seconds: A[float, Meta(gt=0)]
    missed: A[int, Meta(ge=1)] = 3
    code: str = "GEN".ljust(LENGTH, FILLING)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings with their defaults; sizes in bytes, times in the unit their name ends with."""

    host: A[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: A[int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8080
    data: A[str, Meta(description="Folder of the embedded broker's streams.")] = "data"
    nats: A[str | None, Meta(description="Existing NATS server for production; without it one is embedded.")] = None
    nats_test: A[str | None, Meta(description="Its account for test messages; without it only P is served.")] = None
    nats_ca: A[str, Meta(description="PEM file of who vouches for the NATS servers; else the system's.")] = ""
    nats_certificate: A[str, Meta(description="Our own certificate to NATS, PEM.")] = ""
    nats_key: A[str, Meta(description="Its key, PEM without a password.")] = ""
    nats_credentials: A[str, Meta(description="A .creds file, or one with an nkey's seed.")] = ""
    nats_test_certificate: A[str, Meta(description="As above for test messages; without it the same.")] = ""
    nats_test_key: A[str, Meta(description="Its key.")] = ""
    nats_test_credentials: A[str, Meta(description="As above for test messages; never the same.")] = ""
    replicas: A[int, Meta(ge=1, le=5, description="Copies of each stream on a NATS cluster.")] = 1
    reorder_window_ms: A[int, Meta(ge=0, le=10_000, description="How long a missing Version is waited for.")] = 250
    answer_ms: A[int, Meta(ge=100, le=60_000, description="Until a venue gets an answer, good or not.")] = 4_500
    mark_seconds: A[
        float, Meta(gt=0, le=3_600, description="Until it is told that nothing followed from a message.")
    ] = 10.0
    body_bytes_max: A[int, Meta(ge=1024, description="Largest document after inflation.")] = 32 * 1024 * 1024
    connections_max: A[int, Meta(ge=1, description="Most subscribers, as far as there are descriptors.")] = 30_000
    address_connections_max: A[int, Meta(ge=1, description="Most of one address, for each process.")] = 30_000
    head_seconds: A[float, Meta(gt=0, le=75, description="Until the head of a first request is here.")] = 10.0
    readers_need_keys: A[bool, Meta(description="Once there are keys: whether P is read with one.")] = True
    tls_certificate: A[str | None, Meta(description="PEM file of the certificate; with it the doors speak TLS.")] = None
    tls_key: A[str | None, Meta(description="PEM file of its key.")] = None
    tls_client_authorities: A[
        str | None, Meta(description="PEM file of the authorities of sources' certificates, which are then asked for.")
    ] = None
    jwt_keys: A[str | None, Meta(description="JWKS, by address or file: tokens are then taken as keys are.")] = None
    jwt_issuer: A[str | None, Meta(description="Who must have made a token (`iss`).")] = None
    jwt_audience: A[str | None, Meta(description="Whom a token must be for (`aud`).")] = None
    origins: A[
        A[str, Meta(pattern=_ORIGINS)] | None,
        Meta(description="Sites whose pages may read and open sockets, by comma; * is every one."),
    ] = None
    traces: A[
        A[str, Meta(pattern=r"^https?://[^/\s]+")] | None,
        Meta(description="OTLP collector that spans are sent to, as http://localhost:4318."),
    ] = None
    traces_share: A[float, Meta(ge=0, le=1, description="Of documents that are traced unasked, 0 to 1.")] = 0.01
    log_level: A[str, Meta(description="debug, info, warning or error.")] = "info"
    competitions: A[dict[str, CompetitionSettings], Meta(description="By competition code: zone.")] = {}

    customers: A[dict[str, CustomerSettings], Meta(description="By name: who is sent ODF, and where.")] = {}
    sources: A[dict[str, SourceSettings], Meta(description="By Source: how often it sends.")] = {}
    unit_seconds: A[
        dict[str, A[float, Meta(gt=0, le=86_400)]],
        Meta(description="By discipline: how long a unit in play may be silent."),
    ] = {}

    def check_pairs(self) -> None:
        """Raise SettingsError for a part of what goes together, or keys that anybody on the way could change."""
        for names in (("tls_certificate", "tls_key"), ("jwt_keys", "jwt_issuer", "jwt_audience")):
            missing = [name for name in names if not getattr(self, name)]
            if missing and len(missing) < len(names):
                raise SettingsError(f"without {', '.join(missing)}", hint=f"Set {', '.join(names)}, or none of them.")
        if self.tls_client_authorities and not self.tls_certificate:
            raise SettingsError("tls_client_authorities without tls_certificate", hint="Certificates are shown by TLS.")
        address = urlsplit(self.jwt_keys or "")
        if address.scheme == "http" and address.hostname not in _LOOPBACK:
            raise SettingsError("jwt_keys are fetched without TLS", hint="Name them by https:// or as a file.")

    def at_broker(self, production: str, test: str) -> Self:
        """These settings for a process beside the embedded broker, which asks for a login alone."""
        plain = dict.fromkeys((name for name in self.__struct_fields__ if name.startswith("nats_")), "")
        return msgspec.structs.replace(self, **(plain | {"nats": production, "nats_test": test}))

    def proof(self, flag: str) -> Proof:
        """With what the NATS servers are believed, and we are by them, in the account of a flag."""
        if flag == "P":
            return Proof(self.nats_ca, self.nats_certificate, self.nats_key, self.nats_credentials)
        own = self.nats_test_certificate, self.nats_test_key
        shared = self.nats_certificate, self.nats_key
        return Proof(self.nats_ca, *(own if self.nats_test_certificate else shared), self.nats_test_credentials)

    def expectations(self) -> dict[tuple[str, str], Expected]:
        """How long each system may be silent, by competition and name; raises SettingsError for a name or code."""
        found = {}
        for source, each in self.sources.items():
            try:
                topic = str(Topic(each.competition, parse_code(each.code), "source", (source,)))
            except BadKeyError as error:
                raise SettingsError(f"[sources.{source}]: {error}", hint="Use names and codes of ODF.") from error
            if not source:
                raise SettingsError("[sources] has one without a name", hint="Name it as its documents do.")
            limit = int(each.beat_seconds * each.missed * 1_000_000)
            found[each.competition, source] = Expected(limit, topic)
        return found

    def unit_limits(self) -> dict[str, int]:
        """Microseconds for which a unit in play may be silent, by discipline; raises SettingsError for a wrong name."""
        for discipline in self.unit_seconds:
            if not _DISCIPLINE.fullmatch(discipline):
                raise SettingsError(
                    f"[unit_seconds] has {discipline!r}, which is no discipline", hint="Write it as ATH = 60."
                )
        return {discipline: int(seconds * 1_000_000) for discipline, seconds in self.unit_seconds.items()}

    def zones(self) -> dict[str, ZoneInfo]:
        """Time zones by competition; raises SettingsError for a zone nobody knows."""
        try:
            return {code: ZoneInfo(each.zone) for code, each in self.competitions.items()}
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Europe" alone is a folder
            raise SettingsError(
                f"[competitions] has an unknown zone: {error}", hint="Use names as Europe/Paris."
            ) from error


def load_settings(file: Path | None, environment: Mapping[str, str], flags: Mapping[str, Any]) -> Settings:
    """Settings from all three places; `flags` that are None were not given. Raises SettingsError."""
    merged = _from_file(file) | _from_environment(environment)
    merged |= {name: flag for name, flag in flags.items() if flag is not None}
    try:
        settings = msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {error}", hint=f"Known: {', '.join(Settings.__struct_fields__)}.") from error
    settings.check_pairs()
    settings.zones()
    settings.expectations()
    settings.unit_limits()
    customers_of(settings.customers)
    return settings


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: {error}", hint="Give the path of a TOML file.") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX) and name not in NO_SETTINGS:
            setting = name.removeprefix(ENVIRONMENT_PREFIX).lower()
            found[setting] = _table(name, text) if setting in TABLES else text
    return found


def _table(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(f"table = {text}")["table"]  # type: ignore[no-any-return]  # convert checks it
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: {error}", hint='Write it as {OG2024 = {zone = "Europe/Paris"}}.') from error
