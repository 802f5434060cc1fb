from collections.abc import Callable

from tests.service_fixture import Child


def test_it_needs_a_broker_to_share(children: Callable[..., Child]):
    """Without --nats it says what is missing, and does not start."""
    derive = children("derive", "--port", "0")
    assert derive.ended() == 2
    assert "--nats" in "".join(derive.errors)


def test_help_tells_what_it_is_for(children: Callable[..., Child]):
    """In a sentence, with the options of every service."""
    derive = children("derive", "--help")
    assert derive.ended() == 0
    assert "medal ledger" in "".join(derive.output)
