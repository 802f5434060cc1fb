import json

import msgspec

from schemas.message import Mentions
from schemas.participant import OfficialFunction, ParticipantBody
from schemas.result_parts import RegisteredEvent
from schemas.wire import _encoder

ALWAYS = "id given_name family_name print_name tv_name status noc gender birth_date main_function"


def test_a_participant_always_says_who_it_is():
    """Names, status, organisation and function are there even when nothing is known; the others are left out."""
    found = json.loads(_encoder.encode(ParticipantBody(id="1")))
    assert set(found) == set(ALWAYS.split())
    assert [name for name, value in found.items() if value is not None] == ["id"]


def test_a_participant_goes_over_the_wire_and_back():
    """Events up to 2024 and functions since 2026 keep their parts."""
    events = (RegisteredEvent(event="SWMW100MFR------------------------", substitute="Y"),)
    body = ParticipantBody(id="1", registered_events=events, functions=(OfficialFunction(function="RE"),), current=True)
    assert msgspec.json.decode(_encoder.encode(body), type=ParticipantBody) == body


def test_a_person_is_found_under_every_identity():
    """Athlete or not; a record of earlier Games is also found by the newest identity."""
    assert ParticipantBody(id="1", parent="1", noc="XAA").mentions() == Mentions(None, ("XAA",), ("1",))
    assert ParticipantBody(id="A7", parent="1").mentions() == Mentions(None, (), ("A7", "1"))
    assert ParticipantBody(id="A7", parent="", noc="").mentions() == Mentions(None, (), ("A7",))
