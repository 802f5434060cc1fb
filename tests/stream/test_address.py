from urllib.parse import urlparse

import pytest
from nats.aio.client import Server

from feed.errors import BrokerError
from feed.stream.address import pick, split_url


@pytest.mark.parametrize(
    "url, expected",
    [
        ("nats://h:4222", (["nats://h:4222"], "", "")),
        ("h:4222", (["nats://h:4222"], "", "")),
        ("nats://u:p%40ss@h:1, nats://i:2", (["nats://h:1", "nats://i:2"], "u", "p@ss")),
        ("tls://u:p@a,tls://u:p@b:5", (["tls://a", "tls://b:5"], "u", "p")),
        ("nats://[::1]:4222", (["nats://[::1]:4222"], "", "")),
    ],
)
def test_addresses_are_split(url: str, expected: tuple[list[str], str, str]):
    """Servers lose their credentials (found servers have none either); user and password are unquoted."""
    assert split_url(url) == expected


@pytest.mark.parametrize("url", ["", " , ", "nats://", "nats://:4222"])
def test_an_address_without_a_host_is_refused(url: str):
    """Nothing is guessed."""
    with pytest.raises(BrokerError):
        split_url(url)


def test_a_wrong_address_is_told_without_its_password():
    """The line may end in a log."""
    with pytest.raises(BrokerError, match="nats://") as told:
        split_url("nats://feed:secret@:4222")
    assert "secret" not in str(told.value)


def test_every_server_gets_its_turn_after_a_short_wait():
    """nats-py asks only for a choice: the first of the list for ever would mean a dead node for ever."""
    servers = [Server(urlparse(f"nats://h:{port}"), reconnects) for port, reconnects in enumerate((0, 3, 50))]
    picked = [pick(servers, {}) for _ in range(200)]
    assert {server.uri.port for server, _ in picked if server} == {0, 1, 2}
    assert all(0 < wait <= 1 for _, wait in picked)
