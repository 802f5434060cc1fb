"""Tokens for tests, and the keys they are signed with: made when they are needed."""

import json
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER, AUDIENCE = "https://id.example", "feed"
READER = {"type": "reader"}


class Signer:
    """One key of an issuer."""

    def __init__(self, kid: str = "k1", algorithm: str = "ES256", bits: int = 2048) -> None:
        self.kid = kid
        self._algorithm = algorithm
        self._key: Any
        match algorithm:
            case "RS256":
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
            case "EdDSA":
                self._key = ed25519.Ed25519PrivateKey.generate()
            case _:
                self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, Any]:
        """Its public part."""
        form = jwt.get_algorithm_by_name(self._algorithm)
        return json.loads(form.to_jwk(self._key.public_key())) | {"kid": self.kid, "use": "sig"}

    @property
    def private_jwk(self) -> dict[str, Any]:
        """What nobody should publish."""
        return json.loads(jwt.get_algorithm_by_name(self._algorithm).to_jwk(self._key))

    @property
    def pem(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, **claims: Any) -> str:
        """One of a reader for a minute, unless told otherwise; a claim that is None is left out."""
        plain = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": time.time() + 60, "feed": READER}
        kept = {name: claim for name, claim in (plain | claims).items() if claim is not None}
        return jwt.encode(kept, self._key, self._algorithm, {"kid": self.kid})


def key_set(*signers: Signer) -> bytes:
    """What the issuer publishes."""
    return json.dumps({"keys": [each.jwk for each in signers]}).encode()


def doors(folder: Path, *signers: Signer) -> dict[str, str]:
    """Settings of a service that takes their tokens."""
    file = folder / "jwks.json"
    file.write_bytes(key_set(*signers))
    return {"jwt_keys": str(file), "jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}
