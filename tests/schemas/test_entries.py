import json

import msgspec

from schemas.entries import Entrant, EntriesBody
from schemas.message import Mentions
from schemas.result_parts import Entry, Member
from schemas.wire import _encoder


def test_an_event_without_entries_says_so():
    """The list is there even when it is empty, and so is what tells one entry from another."""
    assert json.loads(_encoder.encode(EntriesBody())) == {"entries": []}
    found = json.loads(_encoder.encode(Entrant(id="1")))
    assert set(found) == {"id", "kind", "noc", "name", "members", "sort_order"}


def test_entries_go_over_the_wire_and_back():
    """In their order, with what the sport knows of each."""
    seed = Entry(type="ENTRY", code="SEED", value="4")
    body = EntriesBody(venue="HAL", entries=(Entrant(id="T", sort_order=2, event_entries=(seed,)), Entrant(id="1")))
    assert msgspec.json.decode(_encoder.encode(body), type=EntriesBody) == body


def test_entries_mention_whom_they_name():
    """Organisations and athletes, single or in teams, each once, in order of appearance."""
    team = Entrant(id="T", kind="team", noc="XAA", members=(Member(id="1", noc="XAA"), Member(id="2", noc="XBB")))
    single = Entrant(id="3", kind="athlete", noc="XCC", members=(Member(id="3", noc="XCC"),))
    found = EntriesBody(venue="HAL", entries=(team, single)).mentions()
    assert found == Mentions("HAL", ("XAA", "XBB", "XCC"), ("1", "2", "3"))
    assert EntriesBody().mentions() == Mentions()
