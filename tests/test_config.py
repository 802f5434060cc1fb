from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from feed.config import Settings, load_settings
from feed.core.silence import Expected
from feed.errors import SettingsError
from feed.stream.proof import Proof


def wrong(tmp_path: Path, toml: str = "", environment: Mapping[str, str] = (), flags: Mapping[str, object] = ()):
    file = tmp_path / "feed.toml"
    file.write_text(toml, "utf-8")
    with pytest.raises(SettingsError) as error:
        load_settings(file, dict(environment), dict(flags))
    assert error.value.hint
    return error.value.detail


def test_without_anything_the_defaults_hold():
    """On this machine only, with an embedded broker."""
    settings = load_settings(None, {"PATH": "/bin"}, {})
    assert settings == Settings()
    assert (settings.host, settings.nats, settings.competitions) == ("127.0.0.1", None, {})


def test_flags_override_the_environment_which_overrides_the_file(tmp_path: Path):
    """Each setting is taken from the strongest place that names it."""
    file = tmp_path / "feed.toml"
    file.write_text('host = "a"\nport = 1\ndata = "a"\nreplicas = 3\n')
    environment = {"FEED_PORT": "2", "FEED_DATA": "b"}
    settings = load_settings(file, environment, {"data": "c", "host": None})
    assert (settings.replicas, settings.host, settings.port, settings.data) == (3, "a", 2, "c")


@pytest.mark.parametrize("place", ["toml", "environment", "flags"])
def test_an_unknown_setting_is_refused_by_name(tmp_path: Path, place: str):
    """Wherever it is written."""
    given = {"toml": "colour = 1", "environment": {"FEED_COLOUR": "1"}, "flags": {"colour": 1}}
    assert "colour" in wrong(tmp_path, **{place: given[place]})


@pytest.mark.parametrize(
    "name, value",
    [
        ("port", "65536"),
        ("port", "-1"),
        ("port", "http"),
        ("replicas", "0"),
        ("replicas", "6"),
        ("reorder_window_ms", "-1"),
        ("reorder_window_ms", "10001"),
        ("answer_ms", "99"),
        ("mark_seconds", "0"),
        ("mark_seconds", "3601"),
        ("body_bytes_max", "1023"),
        ("connections_max", "0"),
        ("traces", "localhost:4318"),
        ("traces_share", "1.1"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(tmp_path: Path, name: str, value: str):
    """Numbers keep their bounds, also as texts of the environment."""
    assert name in wrong(tmp_path, environment={f"FEED_{name.upper()}": value})


def test_every_setting_has_a_description():
    """They are the reference."""
    schema = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
    assert all(schema[name].get("description") for name in Settings.__struct_fields__)


def test_zones_are_set_by_competition(tmp_path: Path):
    """In the file as a table, in the environment as an inline one, which replaces it."""
    file = tmp_path / "feed.toml"
    file.write_text('[competitions.OG2024]\nzone = "Europe/Paris"\n')
    assert load_settings(file, {}, {}).zones() == {"OG2024": ZoneInfo("Europe/Paris")}
    environment = {"FEED_COMPETITIONS": '{OG2026 = {zone = "Europe/Rome"}}'}
    assert load_settings(file, environment, {}).zones() == {"OG2026": ZoneInfo("Europe/Rome")}


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Europe", "", "../etc", "x" * 300, "\\u0000", "zone.tab"])
def test_a_zone_nobody_knows_is_refused(tmp_path: Path, zone: str):
    """Also a folder of zones, a path and a name no file can have; never a traceback."""
    assert "zone" in wrong(tmp_path, f'competitions.OG2024.zone = "{zone}"')


def test_a_competition_has_nothing_but_its_zone(tmp_path: Path):
    """Unknown settings are refused at every depth."""
    assert "colour" in wrong(tmp_path, 'competitions.OG2024 = {zone = "UTC", colour = 1}')


@pytest.mark.parametrize("text", ["{", "1", '"x"', "[1]", "{A = 1}", ""])
def test_a_broken_table_in_the_environment_is_refused(tmp_path: Path, text: str):
    """Not TOML, or no table of competitions."""
    assert "competitions" in wrong(tmp_path, environment={"FEED_COMPETITIONS": text}).lower()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    """Missing, a folder, broken TOML, not UTF-8."""
    broken, latin = tmp_path / "broken.toml", tmp_path / "latin.toml"
    broken.write_text("port = ")
    latin.write_bytes(b'host = "\xe9"')
    for file in (tmp_path / "missing.toml", tmp_path, broken, latin):
        with pytest.raises(SettingsError) as error:
            load_settings(file, {}, {})
        assert str(file) in error.value.detail


def test_a_file_is_utf8(tmp_path: Path):
    """Whatever the machine's locale."""
    file = tmp_path / "feed.toml"
    file.write_bytes('data = "/srv/donn\u00e9es"'.encode())
    assert load_settings(file, {}, {}).data == "/srv/donn\u00e9es"


def test_what_is_expected_of_a_system_is_set_by_its_name(tmp_path: Path):
    """How long it may be silent, and where that is told: under the code of the Games unless another is set."""
    file = tmp_path / "feed.toml"
    file.write_text(
        '[sources.GPS1]\ncompetition = "OG2024"\nbeat_seconds = 5\ncode = "CRDMRR----------------FNL-000100--"\n'
        '[sources.OVR1]\ncompetition = "OG2024"\nbeat_seconds = 0.5\nmissed = 4\n'
    )
    assert load_settings(file, {}, {}).expectations() == {
        ("OG2024", "GPS1"): Expected(15_000_000, "OG2024.CRD.M.RR.FNL.000100.source.GPS1"),
        ("OG2024", "OVR1"): Expected(2_000_000, "OG2024.GEN.-.-.-.-.source.OVR1"),
    }
    environment = {"FEED_SOURCES": '{X = {competition = "XA", beat_seconds = 1}}'}
    assert set(load_settings(file, environment, {}).expectations()) == {("XA", "X")}


@pytest.mark.parametrize(
    "toml, named",
    [
        ("sources.X = {beat_seconds = 1}", "competition"),
        ('sources.X = {competition = "XA"}', "beat_seconds"),
        ('sources.X = {competition = "XA", beat_seconds = 0}', "beat_seconds"),
        ('sources.X = {competition = "XA", beat_seconds = 1, missed = 0}', "missed"),
        ('sources.X = {competition = "XA", beat_seconds = 1, colour = 1}', "colour"),
        ('sources.X = {competition = "", beat_seconds = 1}', "competition"),
        (f'sources.{"X" * 65} = {{competition = "XA", beat_seconds = 1}}', "XXX"),
        ('sources."" = {competition = "XA", beat_seconds = 1}', "name"),
    ],
)
def test_what_cannot_be_expected_is_refused_by_name(tmp_path: Path, toml: str, named: str):
    """Also a name or code that no topic can have."""
    assert named in wrong(tmp_path, toml)


def test_how_long_a_unit_may_be_silent_is_set_by_discipline(tmp_path: Path):
    """In microseconds for who watches; what is no discipline, or no time, is refused."""
    file = tmp_path / "feed.toml"
    file.write_text("[unit_seconds]\nATH = 60\nSA = 0.5\n")
    assert load_settings(file, {}, {}).unit_limits() == {"ATH": 60_000_000, "SA": 500_000}
    assert load_settings(file, {"FEED_UNIT_SECONDS": "{SWM = 30}"}, {}).unit_limits() == {"SWM": 30_000_000}
    for toml in ("unit_seconds.ath = 1", "unit_seconds.ATHM = 1", 'unit_seconds."" = 1', "unit_seconds.ATH = 0"):
        assert "unit_seconds" in wrong(tmp_path, toml)
    assert "unit_seconds" in wrong(tmp_path, "unit_seconds.ATH = inf")


def test_beside_the_embedded_broker_a_login_is_enough():
    """What proves us to other servers is left out; everything else holds."""
    settings = Settings(nats_ca="ca.pem", nats_test_key="key.pem", nats_credentials="us.creds", replicas=3, port=1)
    beside = settings.at_broker("nats://p@x", "nats://t@x")
    assert (beside.nats, beside.nats_test) == ("nats://p@x", "nats://t@x")
    assert {beside.proof(flag) for flag in "PT"} == {Proof()}
    assert (beside.replicas, beside.port) == (3, 1)


def test_test_messages_never_use_the_credentials_of_production():
    """Certificates may be shared, as users and passwords in the addresses differ; credentials are an account."""
    settings = Settings(nats_ca="ca", nats_certificate="c", nats_key="k", nats_credentials="x")
    assert settings.proof("P") == ("ca", "c", "k", "x")
    assert settings.proof("T") == ("ca", "c", "k", "")
    own = {"nats_test_certificate": "tc", "nats_test_key": "tk", "nats_test_credentials": "tx"}
    assert msgspec.structs.replace(settings, **own).proof("T") == ("ca", "tc", "tk", "tx")


@pytest.mark.parametrize(
    "flags, named",
    [
        ({"tls_certificate": "a"}, "tls_key"),
        ({"tls_key": "a"}, "tls_certificate"),
        ({"tls_client_authorities": "a"}, "tls_client_authorities"),
        ({"jwt_keys": "a", "jwt_issuer": "b"}, "jwt_audience"),
        ({"jwt_audience": "a"}, "jwt_keys, jwt_issuer"),
        ({"jwt_keys": "http://id.example/keys", "jwt_issuer": "b", "jwt_audience": "c"}, "jwt_keys"),
    ],
)
def test_what_goes_together_is_set_together(tmp_path: Path, flags: dict[str, str], named: str):
    """A part alone would leave the doors more open than somebody thinks; keys of tokens come by a way that is safe."""
    assert named in wrong(tmp_path, flags=flags)
