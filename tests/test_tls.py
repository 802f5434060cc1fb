import ssl
from pathlib import Path

import pytest

from feed.config import Settings
from feed.errors import SettingsError
from feed.tls import Doorplate, doorplate
from tests.tls import Pki

NOTHING, GARBAGE = "nothing.pem", "garbage.pem"


def files(folder: Path) -> dict[str, str]:
    """Files by name: good ones, another key, one that is encrypted, one that is no certificate."""
    pki = Pki(folder / "pki")
    certificate, key = pki.issue("venue.example")
    _, other = pki.issue("else.example", file="else")
    garbage = folder / GARBAGE
    garbage.write_text("no certificate")
    return {
        "certificate": str(certificate),
        "key": str(key),
        "ca": str(pki.ca),
        "other": str(other),
        GARBAGE: str(garbage),
    }


def test_without_files_there_is_no_tls():
    """The doors are plain then."""
    assert doorplate(Settings()) is None


def test_certificates_are_asked_for_only_with_authorities(tmp_path: Path):
    """TLS 1.2 is the least; who has no certificate comes in all the same."""
    named = files(tmp_path)
    plain = Doorplate(named["certificate"], named["key"], None).context()
    asks = Doorplate(named["certificate"], named["key"], named["ca"]).context()
    assert (plain.verify_mode, asks.verify_mode) == (ssl.CERT_NONE, ssl.CERT_OPTIONAL)
    assert plain.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    "certificate, key, ca",
    [
        (NOTHING, "key", None),
        ("certificate", NOTHING, None),
        ("certificate", "other", None),
        (GARBAGE, "key", None),
        ("certificate", GARBAGE, None),
        ("certificate", "key", NOTHING),
        ("certificate", "key", GARBAGE),
    ],
)
def test_a_file_that_is_no_good_is_named(tmp_path: Path, certificate: str, key: str, ca: str | None):
    """In one line, with the setting it is of."""
    named = files(tmp_path)
    with pytest.raises(SettingsError) as caught:
        Doorplate(named.get(certificate, NOTHING), named.get(key, NOTHING), ca and named.get(ca, NOTHING))
    assert caught.value.detail.startswith("tls_client_authorities: " if ca else "tls_certificate, tls_key: ")
    assert "\n" not in caught.value.detail
    assert caught.value.hint


def test_a_bad_renewal_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Until there is a good one again."""
    monkeypatch.setattr("feed.tls.LOOK_SECONDS", 0)
    pki = Pki(tmp_path / "pki")
    certificate, key = pki.issue("venue.example")
    plate = Doorplate(str(certificate), str(key), None)
    first = plate.context()
    assert plate.context() is first
    kept = certificate.read_bytes()
    certificate.write_text("half of a")
    assert plate.context() is first
    certificate.write_bytes(kept)
    assert plate.context() is not first
