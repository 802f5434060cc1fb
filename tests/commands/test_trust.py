import json
from collections.abc import Callable
from pathlib import Path

import pytest

from feed.commands.trust import TrustError, trust
from feed.core.keys import KeyType
from feed.core.keywish import KeyWish
from feed.keydesk import mint
from feed.stream import keys as stream
from replay.capture import CaptureWriter
from tests.keyring import reader
from tests.replay.captured import captured
from tests.service_fixture import Child, Running
from tests.tls import Pki

Children = Callable[..., Child]


async def test_a_venue_comes_with_its_certificate_and_a_reader_with_trust(children: Children, tmp_path: Path):
    """The whole way by TLS: a replay by a certificate alone, and a reader who follows on wss."""
    pki, data = Pki(tmp_path / "pki"), tmp_path / "data"
    certificate, key = map(str, pki.issue("venue.example", file="venue"))
    capture = tmp_path / "one.capture"
    with CaptureWriter(capture) as writer:
        writer.append(captured("XA", source="STA1"))
    settings = pki.doors(tls_client_authorities=str(pki.ca))
    environment = {f"FEED_{name.upper()}": text for name, text in settings.items()}
    service = children("up", "--port", "0", "--data", str(data), **environment)
    url = service.line().removeprefix("ready ").strip()
    assert url.startswith("https://")
    wish = KeyWish(type=KeyType.ODF_SENDER, certificate="venue.example", secret=False)
    async with Running(url, data).broker() as link:
        await stream.add(link, mint(wish, 1)[0])
    shown = ("--ca", str(pki.ca), "--certificate", certificate, "--certificate-key", key)
    sent = children("replay", str(capture), "--url", url, *shown, "--speed", "max", "--json")
    (report,) = await sent.lines(1)
    assert json.loads(report)["outcomes"] == {"accepted": 1}
    async with Running(url, data).broker() as link:
        await stream.add(link, (mine := reader()).key)
    tail = children("tail", "--json", "--after", "0", "--url", url, "--ca", str(pki.ca), FEED_KEY=mine.secret)
    (message,) = await tail.lines(1)
    assert json.loads(message)["seq"] == 1
    tail.stop()
    environment = {"FEED_KEY": mine.secret, "SSL_CERT_FILE": str(pki.ca)}  # what every command knows that has no --ca
    (exported,) = await children("export", "--url", url, **environment).lines(1)
    assert exported == message
    assert service.stop() == 0, "".join(service.errors)


def test_a_bad_certificate_refuses_to_start(children: Children, tmp_path: Path):
    """In one line, with what to do, and not once for each of several processes."""
    settings = {"FEED_TLS_CERTIFICATE": "nothing.pem", "FEED_TLS_KEY": "nothing.key"}
    child = children("serve", "--nats", "nats://127.0.0.1:9", "--workers", "2", "--port", "0", **settings)
    assert child.ended() == 1
    assert (child.output, len(child.errors)) == ([], 2)
    assert "tls_certificate, tls_key: nothing.pem" in child.errors[0]


def test_trust_is_only_what_was_asked_for(tmp_path: Path):
    """None leaves the system's authorities; a file that is no good is named."""
    pki = Pki(tmp_path / "pki")
    assert trust(None) is None
    context = trust(pki.ca)
    assert context is not None
    assert len(context.get_ca_certs()) == 1
    with pytest.raises(TrustError, match=r"nothing\.pem"):
        trust(tmp_path / "nothing.pem")


def test_a_key_alone_is_told(tmp_path: Path):
    """It would be ignored without the certificate that it belongs to."""
    with pytest.raises(TrustError, match="without --certificate"):
        trust(None, None, tmp_path / "key.pem")
