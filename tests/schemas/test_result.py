import json

from schemas import wire
from schemas.competitor import Competitor, Decision
from schemas.message import Mentions
from schemas.result import Result, ResultBody
from schemas.result_parts import Member

NAMED = (
    "id kind noc name bib start_order lane rank rank_equal sort_order result result_type diff irm qualification_mark "
    "records splits members"
)


def test_a_competitor_always_has_the_fields_of_the_contract(result: Result):
    """The named fields are there even when nothing is known; the others are left out."""
    (competitor,) = json.loads(wire.encode(result))["body"]["competitors"]
    assert set(competitor) == set(NAMED.split())
    assert (competitor["rank"], competitor["rank_equal"], competitor["splits"]) == (None, False, [])


def test_a_body_always_has_competitors_decision_and_call():
    """An empty result says so, it leaves nothing to guess."""
    assert json.loads(wire._encoder.encode(ResultBody())) == {
        "competitors": [],
        "decision": {"pending": False, "reason": None, "until": None},
        "call": "wait",
    }
    assert ResultBody().decision == Decision(pending=False)


def test_values_keep_their_precision(result: Result):
    """Results are texts: no float ever touches them."""
    assert b'"result":"9.580"' in wire.encode(result)


def test_mentions_are_in_order_of_appearance_and_once():
    """Venue, organisations and athletes, of teams through their members."""
    team = Competitor(
        id="T1",
        kind="team",
        noc="XBB",
        members=(Member(id="2", noc="XAA"), Member(id="3"), Member(id="2", noc="XBB")),
    )
    single = Competitor(id="1", kind="athlete", noc="XAA", members=(Member(id="1", noc="XAA"),))
    body = ResultBody(competitors=(single, team, Competitor(id="TBD", kind="team")), venue="STA")
    assert body.mentions() == Mentions("STA", ("XAA", "XBB"), ("1", "2", "3"))
    assert ResultBody(venue="").mentions() == Mentions(None, (), ())
