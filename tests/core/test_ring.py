import pytest
from msgspec.structs import asdict

from feed.core.keys import Key, KeyType, Pass, Right
from feed.core.ring import Ring
from feed.errors import ErrorName
from tests.core.key_makers import SECRET, key, refused, sender


def ring_of(*keys: Key, production_is_open: bool = False) -> Ring:
    ring = Ring(production_is_open=production_is_open)
    for each in keys:
        ring.apply(each)
    return ring


@pytest.mark.parametrize("flag", ["P", "T"])
@pytest.mark.parametrize("secret", [None, "anything"])
def test_without_keys_everybody_reads(flag: str, secret: str | None):
    """As long as there has never been a key."""
    ring = ring_of()
    assert ring.reader(secret, flag) is None
    ring.check_again(None, flag)


def test_from_the_first_key_on_reading_needs_one():
    """No key, an unknown one and a revoked one are unauthorized; the last key that is revoked opens nothing."""
    ring = ring_of(key())
    assert ring.reader(SECRET, "P") == key()
    for secret in (None, "", "feed_k1_other", SECRET + " "):
        assert refused(ring.reader, secret, "P") is ErrorName.UNAUTHORIZED
    ring.apply(key(revoked=2))
    for secret in (None, SECRET):
        assert refused(ring.reader, secret, "P") is ErrorName.UNAUTHORIZED
        assert refused(ring.writer, secret) is ErrorName.UNAUTHORIZED


def test_production_may_be_left_open_and_test_never_is():
    """Even then a wrong key is told, never taken for none."""
    ring = ring_of(key(), production_is_open=True)
    assert ring.reader(None, "P") is None
    assert refused(ring.reader, None, "T") is ErrorName.UNAUTHORIZED
    assert refused(ring.reader, "feed_k1_other", "P") is ErrorName.UNAUTHORIZED
    ring.check_again(None, "P")
    assert refused(ring.check_again, None, "T") is ErrorName.UNAUTHORIZED


def test_a_reader_is_entitled_to_its_flags():
    """A reader of P is no reader of T, and a sender is no reader at all."""
    # the secret is of this test
    ring = ring_of(key(), key("k2", "both", flags=("P", "T")), sender(key_id="k3", secret="writes"))  # noqa: S106
    assert refused(ring.reader, SECRET, "T") is ErrorName.NOT_ENTITLED
    assert ring.reader("both", "T") is not None
    assert refused(ring.reader, "writes", "P") is ErrorName.NOT_ENTITLED
    assert refused(ring.writer, SECRET) is ErrorName.NOT_ENTITLED
    assert ring.writer("writes").id == "k3"


def test_who_is_in_is_judged_again():
    """A revoked key, an unknown one, and none at all since the first key: out; a living one stays."""
    ring = ring_of(key())
    ring.check_again("k1", "P")
    assert refused(ring.check_again, None, "P") is ErrorName.UNAUTHORIZED
    assert refused(ring.check_again, "k9", "P") is ErrorName.UNAUTHORIZED
    assert refused(ring.check_again, "k1", "T") is ErrorName.NOT_ENTITLED
    ring.apply(key(revoked=2))
    assert refused(ring.check_again, "k1", "P") is ErrorName.UNAUTHORIZED


def test_a_key_stands_in_an_address_only_if_it_is_for_that():
    """A reader's is refused there, although it may read; a graphics key may come in a header too."""
    ring = ring_of(key(), key("k2", "shown", rights=frozenset({Right.READ, Right.URL})))
    assert refused(ring.graphics, SECRET, "P") is ErrorName.NOT_ENTITLED
    assert refused(ring.graphics, "unknown", "P") is ErrorName.UNAUTHORIZED
    assert refused(ring.graphics, "shown", "T") is ErrorName.NOT_ENTITLED
    for ask in (ring.graphics, ring.reader):
        found = ask("shown", "P")
        assert found is not None
        assert found.id == "k2"


def test_a_ticket_is_for_who_reads_something():
    """Whichever flag that is; where P is read without a key, for nobody in particular."""
    ring = ring_of(key(flags=("T",)), sender(key_id="k3", secret="writes"))  # noqa: S106 - of this test
    found = ring.holder(SECRET)
    assert found is not None
    assert found.id == "k1"
    assert refused(ring.holder, None) is ErrorName.UNAUTHORIZED
    assert refused(ring.holder, "writes") is ErrorName.NOT_ENTITLED
    assert ring_of().holder(None) is None
    assert ring_of(key(), production_is_open=True).holder(None) is None


def test_an_admin_is_who_has_that_right():
    """Neither a reader nor a sender, and no stranger."""
    ring = ring_of(key(), key("k2", "rules", type=KeyType.ADMIN, rights=frozenset({Right.ADMIN})))
    assert ring.admin("rules").id == "k2"
    assert refused(ring.admin, SECRET) is ErrorName.NOT_ENTITLED
    assert refused(ring.admin, None) is ErrorName.UNAUTHORIZED
    assert refused(ring.reader, "rules", "P") is ErrorName.NOT_ENTITLED


def test_a_revocation_is_for_ever():
    """Also where an older record of the key comes late."""
    ring = ring_of(key(revoked=2), key())
    assert refused(ring.reader, SECRET, "P") is ErrorName.UNAUTHORIZED
    assert [each.revoked for each in ring] == [2]


@pytest.mark.parametrize("secret", ["\udcff", "é", "x" * 100_000])
def test_odd_secrets_are_unknown_secrets(secret: str):
    """Whatever a header carries is looked up, never an error of ours."""
    assert refused(ring_of(key()).reader, secret, "P") is ErrorName.UNAUTHORIZED


def test_a_certificate_is_a_key_for_who_shows_it():
    """With or without its secret; never without the certificate, and never with another key's secret."""
    bound, other = sender(certificate="one"), sender(key_id="k2", secret="writes")  # noqa: S106 - of this test
    ring = ring_of(bound, other)
    assert ring.writer(None, {"one", "more"}) == ring.writer(SECRET, {"one"}) == bound
    assert refused(ring.writer, SECRET) is ErrorName.NOT_ENTITLED
    assert refused(ring.writer, SECRET, {"two"}) is ErrorName.NOT_ENTITLED
    assert refused(ring.writer, "writes", {"one"}) is ErrorName.NOT_ENTITLED
    assert refused(ring.writer, None, {"two"}) is ErrorName.UNAUTHORIZED
    assert ring.writer("writes", {"two"}) == other
    ring.apply(sender(certificate="one", revoked=2))
    assert refused(ring.writer, None, {"one"}) is ErrorName.UNAUTHORIZED


def test_a_certificate_of_two_keys_needs_a_secret():
    """Which of them is meant is never guessed; one that is revoked is none of them."""
    # the secret is of this test
    first, second = sender(certificate="one"), sender(key_id="k2", secret="tests", flags=("T",), certificate="one")  # noqa: S106
    ring = ring_of(first, second)
    assert refused(ring.writer, None, {"one"}) is ErrorName.NOT_ENTITLED
    assert ring.writer("tests", {"one"}) == second
    ring.apply(sender(certificate="one", revoked=2))
    assert ring.writer(None, {"one"}) == second


def test_a_key_without_a_secret_is_found_by_none():
    """Not by the empty one either."""
    ring = ring_of(Key(**{**asdict(sender(certificate="one")), "hash": ""}))
    assert ring.writer(None, {"one"}).id == "k1"
    for secret in ("", SECRET):
        assert refused(ring.writer, secret, {"one"}) is ErrorName.UNAUTHORIZED


def test_a_token_holds_until_it_is_forgotten():
    """Found by its text or its id like a key, and not listed among them; where tokens are taken nobody reads openly."""
    token = Pass(**asdict(key("token-1")), subject="alice", expires=5, kid="k")
    ring = Ring(takes_tokens=True)
    assert refused(ring.reader, None, "P") is ErrorName.UNAUTHORIZED
    ring.welcome(token)
    assert ring.reader(SECRET, "P") == ring.get("token-1") == ring.token(SECRET) == token
    assert (list(ring), len(ring), ring.passes) == ([], 0, [token])
    ring.check_again("token-1", "P")
    assert refused(ring.check_again, "token-1", "T") is ErrorName.NOT_ENTITLED
    ring.forget(token)
    assert refused(ring.check_again, "token-1", "P") is ErrorName.UNAUTHORIZED
    assert refused(ring.reader, SECRET, "P") is ErrorName.UNAUTHORIZED


def test_the_name_of_a_host_has_no_case():
    """RFC 4343: a key that was bound to Venue.Example is that of a certificate for venue.example, and no other's."""
    ring, bound = Ring(), sender(certificate="Venue.Example")
    ring.apply(bound)
    assert ring.writer(None, {"venue.example"}) == ring.writer(None, {"Venue.Example", "venue.example"}) == bound
    assert refused(ring.writer, None, {"other.example"}) is ErrorName.UNAUTHORIZED
