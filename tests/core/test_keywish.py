from typing import Any

import msgspec
import pytest

from feed.core.keys import Right
from feed.core.keywish import KeyWish
from feed.core.limits import Limits
from feed.core.scope import Scope


def wished(**wishes: Any) -> KeyWish:
    """As it comes in JSON."""
    return msgspec.convert({"type": "reader"} | wishes, KeyWish)


@pytest.mark.parametrize(
    "wishes, rights",
    [
        ({}, {Right.READ}),
        ({"type": "odf-sender"}, {Right.WRITE, Right.ACK_REFUSED}),
        ({"type": "odf-sender", "ack_refused": False}, {Right.WRITE}),
        ({"type": "odf-sender", "bulk": True}, {Right.WRITE, Right.BULK, Right.ACK_REFUSED}),
        ({"type": "operator"}, {Right.OPERATE}),
        ({"type": "graphics"}, {Right.READ, Right.URL}),
        ({"type": "admin"}, {Right.ADMIN}),
    ],
)
def test_the_type_decides_the_rights(wishes: dict[str, Any], rights: set[Right]):
    """A sender writes and is told 200 for what is kept, unless it wants no such thing; a reader reads. P by default."""
    key = wished(**wishes).key("k", "h", 1)
    assert key.rights == rights
    assert key.flags == ("P",)


def test_what_was_asked_for_is_in_the_key():
    """Repeated codes are one, written as in topics; who made it, how late and how much it reads."""
    key = wished(
        flags=["T", "P"],
        competitions=["É"],
        disciplines=["SWM", "ATH", "ATH"],
        venues=["B"],
        delay_seconds=30,
        connections=5,
        requests=20,
    ).key("k", "h", 7, by="admin1")
    assert (key.id, key.hash, key.created, key.by, key.flags) == ("k", "h", 7, "admin1", ("P", "T"))
    assert key.scope == Scope(("~C3~89",), ("ATH", "SWM"), ("B",))
    assert (key.delay_seconds, key.limits) == (30, Limits(connections=5, requests=20))


@pytest.mark.parametrize(
    "wishes, why",
    [
        ({"source": "S"}, "odf-sender"),
        ({"bulk": True}, "odf-sender"),
        ({"ack_refused": True}, "odf-sender"),
        ({"type": "odf-sender", "flags": ["P", "T"]}, "exactly one flag"),
        ({"type": "odf-sender", "delay_seconds": 1}, "reader and graphics"),
        ({"type": "operator", "connections": 1}, "reader and graphics"),
        ({"type": "operator", "venues": ["STA"]}, "by its topic"),
        ({"type": "admin", "competitions": ["XA"]}, "limited by no code"),
        ({"flags": ["X"]}, "flags P, T or both"),
        ({"delay_seconds": -1}, "from 0 on"),
        ({"requests": 0}, "at least 1"),
        ({"certificate": "one"}, "odf-sender"),
        ({"type": "odf-sender", "certificate": " "}, "a name in it"),
        ({"type": "odf-sender", "secret": False}, "bound to a certificate"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wishes: dict[str, Any], why: str):
    """Nothing that is asked for is ignored, whoever asks."""
    with pytest.raises(ValueError, match=why):
        wished(**wishes).key("k", "h", 1)


@pytest.mark.parametrize("secret, hashed", [(True, "h"), (False, "")])
def test_a_key_of_a_certificate_may_do_without_a_secret(secret: bool, hashed: str):  # noqa: FBT001 - a case
    """Then nothing is kept that a secret could fit."""
    key = wished(type="odf-sender", certificate="venue.example", secret=secret).key("k", "h", 1)
    assert (key.certificate, key.hash) == ("venue.example", hashed)
