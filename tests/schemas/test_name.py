import json

import msgspec

from schemas.message import Mentions
from schemas.name import NameBody
from schemas.wire import _encoder


def test_names_keep_all_letters():
    """Any script, there and back; a form of the name that has none in the language is null."""
    body = NameBody(id="1", given_name="アンナ", print_name="ムスター アンナ", scoreboard_name="ムスター")
    assert msgspec.json.decode(_encoder.encode(body), type=NameBody) == body
    always = {"id", "given_name", "family_name", "print_name", "tv_name"}
    assert set(json.loads(_encoder.encode(NameBody(id="1")))) == always


def test_names_mention_the_person():
    """A filter by athlete finds the names with the participant."""
    assert NameBody(id="A7", parent="1", noc="XAA").mentions() == Mentions(None, ("XAA",), ("A7", "1"))
    assert NameBody(id="1").mentions() == Mentions(None, (), ("1",))
