"""JSON Web Tokens (RFC 7519) that let somebody in as a key does: signature, claims, and the rights they name.

The algorithms are a closed list of asymmetric ones, and the one a token names must be that of the key it names (RFC
8725 section 3.1): neither `none` nor the public key taken for a shared secret can pass.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated as A
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWS
from jwt.exceptions import PyJWTError
from msgspec import Meta

from feed.core.keys import Key, KeyType, Pass, digest
from feed.core.keywish import KeyWish
from feed.errors import ErrorName, ReaderError

ALGORITHMS = ("RS256", "ES256", "EdDSA")
LEEWAY_SECONDS = 30  # by which the issuer's clock and ours may differ
RSA_BITS_MIN = 2048
ID_DIGITS = 12
_TYPES = frozenset({KeyType.READER, KeyType.OPERATOR, KeyType.GRAPHICS})
_MICROS = 1_000_000
_Seconds = A[float, Meta(ge=0, le=253_402_300_799)]  # to the end of the year 9999

_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


class SigningKey(NamedTuple):
    """A key of the issuer; by its `thumbprint` (RFC 7638) it is told from another one that has its `kid` later."""

    key: PyJWK
    thumbprint: str


KeySet = Mapping[str, SigningKey]  # by `kid`

_signatures = PyJWS(list(ALGORITHMS))


class Expected(msgspec.Struct, frozen=True):
    """What every token must say: who made it, and for whom."""

    issuer: str
    audience: str


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    aud: str | tuple[str, ...]
    exp: _Seconds
    sub: A[str, Meta(min_length=1, max_length=255)]
    nbf: _Seconds = 0.0
    feed: msgspec.Raw = msgspec.Raw()


class _Keys(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, object], ...]


_claims = msgspec.json.Decoder(_Claims)
_wish = msgspec.json.Decoder(KeyWish)
_keys = msgspec.json.Decoder(_Keys)


def read_key_set(text: bytes) -> dict[str, SigningKey]:
    """The keys of a JWKS (RFC 7517) that tokens may be signed with, or none; raises ValueError for what is no JWKS.

    Keys for other uses, algorithms we do not take, RSA keys below `RSA_BITS_MIN`, and keys that are not secret any more
    since their private part stands there, are left out.
    """
    found = {}
    for each in _keys.decode(text).keys:
        kid = each.get("kid")
        if not isinstance(kid, str) or each.get("use", "sig") != "sig" or each.get("kty") == "oct" or "d" in each:
            continue
        try:
            key = PyJWK(each)
        except (PyJWTError, ValueError, TypeError, KeyError, NotImplementedError):  # the last: of algorithm `none`
            continue
        if key.algorithm_name in ALGORITHMS and _is_strong(key):
            found[kid] = SigningKey(key, _thumbprint(each))
    return found


def kid_of(token: str) -> str:
    """The key a token says it is signed with; raises ReaderError unauthorized for what is no token."""
    try:
        kid = _signatures.get_unverified_header(token).get("kid")
    except (PyJWTError, ValueError) as error:
        raise _refused("this is no token") from error
    if kid is None:
        raise _refused("the token does not name its key by `kid`")
    return str(kid)


def check_token(token: str, keys: KeySet, expected: Expected, now: int) -> Pass:
    """What a token allows until it ends; `now` in microseconds UTC.

    Raises ReaderError: unauthorized when it is not (or no longer, or not yet) good here, not_entitled for one that
    allows nothing we know.
    """
    kid = kid_of(token)
    claims = _verified(token, kid, keys)
    if claims.iss != expected.issuer:
        raise _refused("the token is of another issuer")
    if expected.audience not in ((claims.aud,) if isinstance(claims.aud, str) else claims.aud):
        raise _refused("the token is for another audience")
    ends = int((claims.exp + LEEWAY_SECONDS) * _MICROS)
    if ends <= now:
        raise _refused("the token has expired")
    if (claims.nbf - LEEWAY_SECONDS) * _MICROS > now:
        raise _refused("the token is not valid yet")
    if not claims.sub.isprintable():
        raise _refused("the token names nobody by `sub`")
    hashed = digest(token)
    fields = msgspec.structs.asdict(_granted(claims.feed, hashed, now))
    return Pass(**fields, subject=claims.sub, expires=ends, kid=kid, thumbprint=keys[kid].thumbprint)


def _verified(token: str, kid: str, keys: KeySet) -> _Claims:
    signing = keys.get(kid)
    if signing is None:
        raise _refused("the token is signed with a key that nobody here knows")
    try:
        return _claims.decode(_signatures.decode(token, signing.key, list(ALGORITHMS)))
    except PyJWTError as error:
        raise _refused("the token's signature or algorithm is not good") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refused(f"the token's claims cannot be read: {error}") from error


def _granted(text: msgspec.Raw, hashed: str, now: int) -> Key:
    if not bytes(text):
        raise _not_entitled("the token has no claim `feed`")
    try:
        wish = _wish.decode(text)
        if wish.type not in _TYPES:
            raise _not_entitled(f"no token is of type {wish.type}")
        return wish.key(f"token-{hashed[:ID_DIGITS]}", hashed, now)
    except ValueError as error:  # msgspec's are, too
        raise _not_entitled(f"the token's claim `feed` cannot be: {error}") from error


def _thumbprint(jwk: dict[str, object]) -> str:
    members = {name: jwk[name] for name in _MEMBERS[str(jwk["kty"])]}  # sorted, as RFC 7638 section 3 has them
    return hashlib.sha256(msgspec.json.encode(members)).hexdigest()


def _is_strong(key: PyJWK) -> bool:
    return not isinstance(key.key, RSAPublicKey) or key.key.key_size >= RSA_BITS_MIN


def _refused(detail: str) -> ReaderError:
    return ReaderError(ErrorName.UNAUTHORIZED, detail, hint="Get a new one from whoever made it.")


def _not_entitled(detail: str) -> ReaderError:
    hint = 'Rights are in `feed`, as POST /v1/keys takes them: {"type": "reader", "flags": ["P"]}; to write, use a key.'
    return ReaderError(ErrorName.NOT_ENTITLED, detail, hint=hint)
