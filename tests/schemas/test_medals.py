import json

from schemas.medals import MedalLine, MedalNumber, MedalsBody
from schemas.message import Mentions
from schemas.wire import _encoder


def test_what_was_not_won_is_zero():
    """ODF leaves zeros out; a reader of the table need not."""
    number = json.loads(_encoder.encode(MedalNumber(gender="TOT", gold=1)))
    assert number == {"gender": "TOT", "gold": 1, "silver": 0, "bronze": 0, "total": 0}


def test_a_body_always_has_its_table():
    """Also while nothing is counted."""
    always = "counted last_event events_total events_finished summary lines"
    assert set(json.loads(_encoder.encode(MedalsBody()))) == set(always.split())


def test_the_standings_mention_their_organisations():
    """In the order of the table, each once."""
    lines = tuple(MedalLine(noc=noc) for noc in ("XBB", "", "XAA", "XBB"))
    assert MedalsBody(lines=lines, venue="HAL").mentions() == Mentions("HAL", ("XBB", "XAA"))
