import json

import msgspec

from schemas.bracket import BracketBody, Contestant, Match, Place, Round, Tree
from schemas.message import Mentions
from schemas.result_parts import Member
from schemas.wire import _encoder

OPEN = Place(pos="2", code="TBD", previous_unit="SFNL2", previous_wlt="W")


def bracket(*places: Place) -> BracketBody:
    return BracketBody(
        venue="HAL", brackets=(Tree(code="FNL", rounds=(Round(code="FNL-", matches=(Match(places=places),)),)),)
    )


def test_a_place_always_says_who_is_there_or_why_nobody_is():
    """A place that is not decided has no competitor, but a placeholder and where somebody will come from."""
    assert json.loads(_encoder.encode(OPEN)) == {
        "pos": "2",
        "code": "TBD",
        "previous_unit": "SFNL2",
        "previous_wlt": "W",
        **dict.fromkeys(("wlt", "result", "result_type", "irm", "previous_value", "competitor")),
    }


def test_a_bracket_comes_back_from_json():
    """Trees, rounds, matches and places in their order."""
    winner = Place(pos="1", wlt="W", result="5.381", strike_out=True, competitor=Contestant(id="1", seed="1"))
    body = bracket(winner, OPEN)
    assert msgspec.json.decode(_encoder.encode(body), type=BracketBody) == body


def test_a_bracket_mentions_only_whom_it_names():
    """Organisations and athletes of decided places, each once, in order of appearance."""
    team = Contestant(id="T1", kind="team", noc="XAA", members=(Member(id="1", noc="XAA"), Member(id="2", noc="XBB")))
    unknown = Contestant(id="TBD", kind="athlete")
    body = bracket(Place(competitor=team), OPEN, Place(competitor=unknown), Place(competitor=team))
    assert body.mentions() == Mentions("HAL", ("XAA", "XBB"), ("1", "2"))
    assert BracketBody().mentions() == Mentions()
