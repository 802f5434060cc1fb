import json

import msgspec

from schemas.message import Mentions
from schemas.session import SessionBody
from schemas.wire import _encoder


def test_a_session_always_says_when_and_where():
    """The fields of every session are there even when nothing is known; the others are left out."""
    always = "code names status start end venue venue_name start_hidden end_hidden"
    assert set(json.loads(_encoder.encode(SessionBody(code="JUD01")))) == set(always.split())


def test_an_older_reader_and_an_older_message_are_understood():
    """A field that a reader does not know is skipped, one that was added later has its default."""
    newer = {"code": "JUD01", "names": {"ENG": "1"}, "weather": {"sky": "clear"}}
    assert msgspec.convert(newer, SessionBody) == SessionBody(code="JUD01", names={"ENG": "1"})


def test_a_session_mentions_its_venue():
    """Who takes part is told by its units."""
    assert SessionBody(code="JUD01", venue="HAL").mentions() == Mentions("HAL")
    assert SessionBody(code="JUD01").mentions() == Mentions()
