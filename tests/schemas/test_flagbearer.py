import json

from schemas.flagbearer import Bearer, Delegation, FlagbearerBody
from schemas.message import Mentions
from schemas.wire import _encoder


def test_a_delegation_always_says_its_place_and_who_carries_its_flag():
    """Also one whose bearer is not known yet."""
    body = json.loads(_encoder.encode(FlagbearerBody(delegations=(Delegation(),))))
    assert body == {"delegations": [{"noc": None, "order": None, "bearers": []}]}


def test_delegations_and_bearers_are_mentioned():
    """Each once, in order of appearance; a volunteer has no id."""
    first = Delegation(noc="XBB", bearers=(Bearer(id="2"), Bearer(id="1")))
    second = Delegation(noc="XAA", volunteer="Y", bearers=(Bearer(), Bearer(id="2")))
    body = FlagbearerBody(venue="STA", delegations=(first, second))
    assert body.mentions() == Mentions("STA", ("XBB", "XAA"), ("2", "1"))
    assert FlagbearerBody().mentions() == Mentions()
