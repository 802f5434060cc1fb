import json

import msgspec

from schemas import wire
from schemas.communication import Communication, CommunicationBody, OfficialDecision, Protest, Signatory
from schemas.message import Lane, Mentions
from schemas.registry import KINDS, KindClass
from schemas.result import Result


def test_a_communication_is_an_event():
    """Each version is told: that a protest was open matters also after it is closed."""
    assert (KINDS["communication"].kind_class, KINDS["communication"].lane) == (KindClass.EVENT, Lane.LIVE)


def test_a_communication_always_has_its_two_halves():
    """A reader asks which of them is there."""
    told = json.loads(wire._encoder.encode(CommunicationBody()))
    assert told == {"publish_time": None, "decision": None, "protest": None}


def test_a_decision_affects_nothing_unless_it_says_so():
    """What a program acts on is always there."""
    told = json.loads(wire._encoder.encode(OfficialDecision(affects_results=True)))
    assert told == {"affects_schedule": False, "affects_results": True, "affects_other": False}


def test_a_protest_goes_over_the_wire_and_back(result: Result):
    """A reader of the JSON gets what was sent."""
    protest = Protest(status="open", hearing_time=1_909_346_172_000_000, jury=(Signatory(family_name="Muster"),))
    envelope = {name: getattr(result, name) for name in msgspec.structs.asdict(result) if name != "body"}
    sent = Communication(**envelope, body=CommunicationBody(protest=protest, venue="STA"))
    assert wire.decode(wire.encode(sent)) == sent
    assert sent.body is not None
    assert sent.body.mentions() == Mentions("STA")
