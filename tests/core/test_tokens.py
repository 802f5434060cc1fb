import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from feed.core.keys import KeyType, Pass, Right, is_token
from feed.core.tokens import LEEWAY_SECONDS, Expected, check_token, kid_of, read_key_set
from feed.errors import ErrorName, ReaderError
from tests.tokens import AUDIENCE, ISSUER, READER, Signer, key_set

EXPECTED = Expected(ISSUER, AUDIENCE)
NOW = 1_800_000_000
SIGNER = Signer()
KEYS = read_key_set(key_set(SIGNER))


def checked(token: str, now: float = NOW, keys: Any = KEYS) -> Pass:
    return check_token(token, keys, EXPECTED, int(now * 1_000_000))


def refused(token: str, keys: Any = KEYS) -> tuple[ErrorName, str]:
    with pytest.raises(ReaderError) as caught:
        checked(token, keys=keys)
    assert token not in str(caught.value)
    return caught.value.name, caught.value.detail


def made(**claims: Any) -> str:
    return SIGNER.token(**({"exp": NOW + 60} | claims))


def forged(header: dict[str, str], secret: bytes | None) -> str:
    """A token that nobody's private key has signed."""
    parts = [header, {"iss": ISSUER, "aud": AUDIENCE, "sub": "eve", "exp": NOW + 60, "feed": READER}]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    signature = b"" if secret is None else hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_is_a_key_for_a_while(algorithm: str):
    """By each algorithm; its rights are those of a key that was wished for in the same words."""
    signer = Signer("k2", algorithm)
    wish = {"type": "reader", "flags": ["T"], "disciplines": ["ATH"], "delay_seconds": 5, "requests": 7}
    token = signer.token(exp=NOW + 60, feed=wish, aud=["other", AUDIENCE])
    found = checked(token, keys=read_key_set(key_set(SIGNER, signer)))
    assert (found.type, found.flags, found.rights) == (KeyType.READER, ("T",), {Right.READ})
    assert (found.scope.disciplines, found.delay_seconds, found.limits.requests) == (("ATH",), 5, 7)
    assert (found.subject, found.bearer, found.kid) == ("alice", "sub:alice", "k2")
    assert found.expires == (NOW + 60 + LEEWAY_SECONDS) * 1_000_000


def test_times_have_a_leeway():
    """Half a minute behind its end and before its beginning, and not a second more."""
    token = made(exp=NOW, nbf=NOW - 10)
    for now in (NOW - 40, NOW, NOW + 29.9):
        assert checked(token, now).subject == "alice"
    for now, detail in ((NOW - 41, "not valid yet"), (NOW + 30, "expired")):
        with pytest.raises(ReaderError, match=detail):
            checked(token, now)


@pytest.mark.parametrize(
    "claims, detail",
    [
        ({"iss": "https://other.example"}, "another issuer"),
        ({"aud": "other"}, "another audience"),
        ({"aud": ["other"]}, "another audience"),
        ({"exp": NOW - 31}, "expired"),
        ({"nbf": NOW + 31}, "not valid yet"),
        ({"sub": "a\nb"}, "names nobody"),
        *(({name: None}, "cannot be read") for name in ("iss", "aud", "sub", "exp")),
        ({"sub": ""}, "cannot be read"),
        ({"exp": "soon"}, "cannot be read"),
        ({"exp": 1e300}, "cannot be read"),
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_told(claims: dict[str, Any], detail: str):
    """Which one, so that whoever makes tokens can find the mistake."""
    name, told = refused(made(**claims))
    assert name is ErrorName.UNAUTHORIZED
    assert detail in told


@pytest.mark.parametrize(
    "wish",
    [
        None,
        {},
        {"type": "odf-sender"},
        {"type": "admin"},
        {"type": "reader", "source": "X"},
        {"type": "reader", "flags": ["X"]},
        {"type": "reader", "more": 1},
        {"type": "reader", "delay_seconds": -1},
        "reader",
    ],
)
def test_rights_that_cannot_be_are_none(wish: Any):
    """No claim, a writer, an admin, what no key may have, and a word we do not know: nothing is ignored."""
    assert refused(made(feed=wish))[0] is ErrorName.NOT_ENTITLED


def test_no_algorithm_but_those_of_the_list():
    """`none`, the public key as a shared secret, an unknown key, another's signature, and a change of one letter."""
    for header, secret in (
        ({"alg": "none", "kid": "k1"}, None),
        ({"alg": "none", "kid": "k1"}, b"x"),
        ({"alg": "HS256", "kid": "k1"}, SIGNER.pem),
        ({"alg": "HS256", "kid": "k1"}, json.dumps(SIGNER.jwk).encode()),
        ({"alg": "ES256", "kid": "k1"}, SIGNER.pem),
        ({"alg": "RS256", "kid": "k1"}, SIGNER.pem),
    ):
        assert "signature or algorithm" in refused(forged(header, secret))[1]
    assert "nobody here knows" in refused(Signer("k9").token())[1]
    assert "signature or algorithm" in refused(Signer("k1").token())[1]
    head, claims, signature = made().split(".")
    other = made(sub="bob").split(".")[1]
    assert "signature or algorithm" in refused(f"{head}.{other}.{signature}")[1]
    assert claims != other


@pytest.mark.parametrize("text", ["a.b.c", "..", "e30.e30.", "é.b.c", f"{'W' * 8000}.b.c"])
def test_what_is_no_token_is_told(text: str):
    """Also what has three parts; a header without `kid` names no key."""
    assert is_token(text)
    with pytest.raises(ReaderError, match=r"no token|by `kid`"):
        kid_of(text)


def test_a_key_set_has_keys_for_signatures_only():
    """Shared secrets, private keys, keys for encryption or without a name, and short ones are left out."""
    short = Signer("short", "RS256", bits=1024).jwk
    rows = [
        SIGNER.jwk,
        short,
        SIGNER.jwk | {"kid": "enc", "use": "enc"},
        SIGNER.jwk | {"kid": 5},
        SIGNER.private_jwk | {"kid": "private"},
        SIGNER.jwk | {"kid": "other", "alg": "RS512"},
        {"kty": "oct", "kid": "shared", "k": "AAAA"},
        {"kty": "EC", "kid": "broken", "crv": "P-256"},
    ]
    assert read_key_set(json.dumps({"keys": rows}).encode()).keys() == {"k1"}
    none = {"kty": "OKP", "kid": "none", "alg": "none", "crv": "Ed25519", "x": "AA"}
    for left_out in ([], rows[1:], [none]):
        assert read_key_set(json.dumps({"keys": left_out}).encode()) == {}
    for text in (b"", b"{}"):
        with pytest.raises(ValueError):  # noqa: PT011 - msgspec's, or ours
            read_key_set(text)
