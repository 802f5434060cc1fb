import json

from schemas.medal_parts import Medal, Medallist
from schemas.medallists import MedallistsBody
from schemas.message import Mentions
from schemas.wire import _encoder


def test_a_body_always_has_its_medals():
    """None of them is certain yet: it says so."""
    assert json.loads(_encoder.encode(MedallistsBody())) == {"medals": []}


def test_a_body_mentions_who_has_a_medal():
    """Venue, organisations and athletes, of all medals."""
    first, second = (Medal(medal=name, competitors=(Medallist(id=name, kind="athlete", noc=name),)) for name in "ab")
    assert MedallistsBody(medals=(first, second), venue="HAL").mentions() == Mentions("HAL", ("a", "b"), ("a", "b"))
    assert MedallistsBody().mentions() == Mentions()
