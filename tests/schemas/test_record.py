import json

import pytest

from schemas.contender import Contender
from schemas.message import Mentions
from schemas.record import Performance, RecordBody, RecordOfType
from schemas.result_parts import Member
from schemas.wire import _encoder


@pytest.mark.parametrize(
    "part, always",
    [
        (RecordBody(code="R"), "code name types"),
        (RecordOfType(record_type="WR"), "record_type performances"),
        (Performance(), "result result_type holder"),
    ],
)
def test_a_record_always_says_what_it_is_and_who_holds_it(part: object, always: str):
    """Also where nothing is known; the other fields are left out."""
    assert set(json.loads(_encoder.encode(part))) == set(always.split())


def test_a_record_mentions_all_holders():
    """Of each type, those before, too; whoever has no id, and a standard that nobody holds, mentions nobody."""
    single = Contender(id="1", kind="athlete", noc="XAA", members=(Member(id="1", noc="XAA"),))
    relay = Contender(id="T1", kind="team", noc="XBB", members=(Member(id="", noc="XCC"), Member(id="2", noc="XBB")))
    forgotten = Contender(id="", kind="athlete", noc="XDD")
    performances = (Performance(holder=single), Performance(), Performance(holder=forgotten))
    types = (
        RecordOfType(record_type="WR", performances=performances),
        RecordOfType(record_type="OR", performances=(Performance(holder=relay),)),
    )
    assert RecordBody(code="R", types=types).mentions() == Mentions(None, ("XAA", "XDD", "XBB", "XCC"), ("1", "2"))
