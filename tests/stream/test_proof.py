"""TLS, certificates and credentials against a real nats-server that asks for them."""

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nkeys
import pytest
import trustme
from nacl.signing import SigningKey

from feed.errors import BrokerError
from feed.stream.child import Child, find_server, free_port
from feed.stream.connection import NOTHING, Connection
from feed.stream.proof import Proof

Login = dict[str, Any]
OPEN: Login = {"authorization": {"user": "P", "password": "secret"}}


class Papers:
    """Certificates of one CA as files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.authority = trustme.CA()
        self.ca = str(folder / "ca.pem")
        self.authority.cert_pem.write_to_path(self.ca)
        self.server = self.issue("server", "127.0.0.1")
        self.client = self.issue("client", "feed.example")

    def issue(self, name: str, of: str) -> tuple[str, str]:
        """Certificate and key of a host."""
        paper = self.authority.issue_cert(of)
        paths = str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")
        paper.cert_chain_pems[0].write_to_path(paths[0])
        paper.private_key_pem.write_to_path(paths[1])
        return paths


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path / "papers")


@asynccontextmanager
async def server(folder: Path, settings: Login) -> AsyncIterator[str]:
    """Where a nats-server with these settings listens, as soon as it does."""
    port = free_port()
    path = folder / f"{port}.conf"
    path.write_text(json.dumps({"listen": f"127.0.0.1:{port}"} | settings))
    child = Child(find_server(), path)
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert not child.gone.is_set(), child.last_words
                await asyncio.sleep(0.01)
            else:
                writer.close()
                break
        yield f"127.0.0.1:{port}"
    finally:
        await child.stop()


def tls(pair: tuple[str, str], ca: str = "") -> Login:
    """The server's part of TLS; with `ca` it asks for a certificate."""
    return {"tls": {"cert_file": pair[0], "key_file": pair[1]} | ({"ca_file": ca, "verify": True} if ca else {})}


async def answered(url: str, proof: Proof = NOTHING) -> bool:
    """Whether a connection is made and used."""
    link = await Connection.open(url, proof=proof, limit=5)
    try:
        return await link.round_trip()
    finally:
        await link.close()


async def refused(url: str, proof: Proof = NOTHING, limit: float = 5) -> str:
    """The one line; what was known at once is told at once."""
    began = time.monotonic()
    with pytest.raises(BrokerError) as told:
        await Connection.open(url, proof=proof, limit=limit)
    assert time.monotonic() - began < min(limit + 0.5, 3)
    assert "secret" not in str(told.value)
    return told.value.detail


async def test_both_sides_prove_who_they_are(tmp_path: Path, papers: Papers):
    """With the right papers there is an answer; without ours, with another CA's or to another name there is a line."""
    other = Papers(tmp_path / "other")
    async with server(tmp_path, tls(papers.server, papers.ca) | OPEN) as place:
        url = f"tls://P:secret@{place}"
        assert await answered(url, Proof(papers.ca, *papers.client))
        assert "certificate verify failed" in await refused(url, Proof(other.ca, *papers.client))
        assert "certificate verify failed" in await refused(url)
        assert place in await refused(url, Proof(papers.ca, *other.client), limit=0.5)
        assert place in await refused(url, Proof(papers.ca), limit=0.5)
        assert "Authorization Violation" in await refused(f"tls://P:secret2@{place}", Proof(papers.ca, *papers.client))
    async with server(tmp_path, tls(papers.issue("elsewhere", "feed.example")) | OPEN) as place:
        assert "IP address mismatch" in await refused(f"tls://P:secret@{place}", Proof(papers.ca))


@pytest.mark.parametrize("asks", ["tls://P:secret@{}", "nats://P:secret@{}"])
async def test_nothing_is_said_in_plain_text(asks: str, papers: Papers):
    """Who stands between us and the server may leave out that TLS is needed: the password would be his."""
    heard = []

    async def eavesdrop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.15.1","auth_required":true,"headers":true}\r\n')
        heard.append(await reader.read(4096))
        writer.close()

    async with await asyncio.start_server(eavesdrop, "127.0.0.1", 0) as listening:
        place = "{}:{}".format(*listening.sockets[0].getsockname())
        assert "the server does not encrypt" in await refused(asks.format(place), Proof(papers.ca))
    assert set(heard) <= {b""}


async def test_a_token_stands_alone_in_the_address(tmp_path: Path):
    """As NATS itself reads it; it names no inbox, which others could see."""
    async with server(tmp_path, {"authorization": {"token": "secret"}}) as place:
        link = await Connection.open(f"nats://secret@{place}")
        assert await link.round_trip()
        assert "secret" not in link.new_inbox()
        await link.close()
        assert "Authorization Violation" in await refused(f"nats://secret1@{place}")


async def test_a_seed_is_a_proof(tmp_path: Path):
    """An nkey: the server knows the public half, the file has the other."""
    mine, other = Key(nkeys.PREFIX_BYTE_USER), Key(nkeys.PREFIX_BYTE_USER)
    for name, key in (("mine", mine), ("other", other)):
        (tmp_path / name).write_bytes(key.seed + b"\n")
    async with server(tmp_path, {"authorization": {"users": [{"nkey": mine.public}]}}) as place:
        assert await answered(place, Proof(credentials=str(tmp_path / "mine")))
        assert "Authorization Violation" in await refused(place, Proof(credentials=str(tmp_path / "other")))


async def test_credentials_are_a_proof(tmp_path: Path):
    """A `.creds` file: what an operator's account signed, and the seed it is for."""
    operator, account, user = (
        Key(each) for each in (nkeys.PREFIX_BYTE_OPERATOR, nkeys.PREFIX_BYTE_ACCOUNT, nkeys.PREFIX_BYTE_USER)
    )
    limits = {"subs": -1, "data": -1, "payload": -1, "conn": -1, "leaf": -1, "imports": -1, "exports": -1}
    settings = {
        "operator": operator.signed(operator, "operator"),
        "resolver": "MEMORY",
        "resolver_preload": {account.public: operator.signed(account, "account", limits=limits)},
    }
    token = account.signed(user, "user", subs=-1, data=-1, payload=-1)
    path = tmp_path / "feed.creds"
    path.write_text(
        f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )
    async with server(tmp_path, settings) as place:
        assert await answered(place, Proof(credentials=str(path)))
        assert "Authorization Violation" in await refused(place)


class Key:
    """An nkey of any kind, and what it signs."""

    def __init__(self, prefix: int) -> None:
        signing = SigningKey.generate()
        self.seed = bytes(nkeys.encode_seed(bytes(signing), prefix))
        self._pair = nkeys.from_seed(bytearray(self.seed))
        self.public = self._pair.public_key.decode()

    def signed(self, subject: "Key", kind: str, **claims: Any) -> str:
        """A JWT in the way of NATS, version 2."""
        body = {"iss": self.public, "sub": subject.public, "name": kind, "iat": int(time.time())}
        body |= {"nats": {"type": kind, "version": 2} | claims}
        body["jti"] = base64.b32encode(hashlib.sha256(json.dumps(body).encode()).digest()).decode().rstrip("=")
        text = b".".join(_coded(json.dumps(each).encode()) for each in ({"typ": "JWT", "alg": "ed25519-nkey"}, body))
        return b".".join((text, _coded(self._pair.sign(text)))).decode()


def _coded(text: bytes) -> bytes:
    return base64.urlsafe_b64encode(text).rstrip(b"=")


@pytest.mark.parametrize(
    "wrong, line",
    [
        (lambda papers: Proof(ca="/nowhere/ca.pem"), "cannot read /nowhere/ca.pem: No such file"),
        (lambda papers: Proof(ca=papers.client[1]), "client.key is no CA certificate"),
        (lambda papers: Proof(papers.ca, papers.client[0], papers.server[1]), "cannot be used: KEY_VALUES_MISMATCH"),
        (lambda papers: Proof(papers.ca, papers.client[0]), "client.pem and key - cannot be used"),
        (lambda papers: Proof(credentials=papers.ca), "ca.pem has neither a user's JWT nor its seed"),
    ],
)
def test_a_file_that_is_no_use_is_named(wrong: Callable[[Papers], Proof], line: str, papers: Papers):
    """Before anything is said to any server."""
    with pytest.raises(BrokerError, match=line) as told:
        wrong(papers).options(["nats://h:1"])
    assert told.value.hint


def test_without_files_nothing_is_read():
    """Plain addresses cost no look at the system's certificates; others use them."""
    assert Proof().options(["nats://h:1"]) == {}
    assert list(Proof().options(["tls://h:1"])) == ["tls"]
