import json

import msgspec

from schemas.horse import HorseBody
from schemas.message import Mentions
from schemas.result_parts import Entry
from schemas.wire import _encoder


def test_a_horse_always_says_what_it_is_called():
    """Name, organisation and status are there even when nothing is known; the others are left out."""
    assert json.loads(_encoder.encode(HorseBody(id="8"))) == {"id": "8", "status": None, "noc": None, "name": None}


def test_a_horse_goes_over_the_wire_and_back():
    """With what its sport says of it."""
    body = HorseBody(id="8", name="EXAMPLE", birth_year="2018", entries=(Entry(type="ENTRY", code="ID", value="1"),))
    assert msgspec.json.decode(_encoder.encode(body), type=HorseBody) == body


def test_a_horse_is_no_athlete():
    """It mentions its organisation alone: a horse's code may be an athlete's too."""
    assert HorseBody(id="8", noc="XAA").mentions() == Mentions(None, ("XAA",), ())
    assert HorseBody(id="8").mentions() == Mentions()
