import json

import msgspec

from schemas.message import Mentions
from schemas.result_parts import Member
from schemas.unit import STATUSES, Starter, UnitBody
from schemas.wire import _encoder

ALWAYS = (
    "code names status phase_type start end started ended start_hidden end_hidden order session venue venue_name "
    "location location_name medal start_list"
)


def test_a_unit_always_says_what_a_schedule_needs():
    """Planned and actual times, status, place and session are there even when nothing is known."""
    body = json.loads(_encoder.encode(UnitBody(code="U")))
    assert set(body) == set(ALWAYS.split())
    assert (body["names"], body["status"], body["start"], body["start_list"]) == ({}, None, None, [])


def test_texts_keep_all_their_languages():
    """Any number of languages, any letters, there and back."""
    body = UnitBody(code="U", names={"ENG": "Final", "JPN": "決勝"}, start_texts={"FRA": "Suivi de"})
    assert msgspec.json.decode(_encoder.encode(body), type=UnitBody) == body


def test_the_statuses_of_the_schedule_are_eleven():
    """As the code table has them (General Messages, ScheduleStatus)."""
    assert len(set(STATUSES)) == 11


def test_mentions_come_from_the_start_list_once_each():
    """Venue, organisations and athletes; a side that is not known yet mentions nobody."""
    single = Starter(id="1", kind="athlete", noc="XAA", members=(Member(id="1", noc="XAA"),))
    team = Starter(id="T1", kind="team", noc="XBB", members=(Member(id="2", noc="XAA"), Member(id="3")))
    body = UnitBody(code="U", venue="HAL", start_list=(single, team, Starter(previous_unit="V", previous_wlt="W")))
    assert body.mentions() == Mentions("HAL", ("XAA", "XBB"), ("1", "2", "3"))
    assert UnitBody(code="U").mentions() == Mentions()
