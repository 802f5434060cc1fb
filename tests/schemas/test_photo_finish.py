import json

from schemas.message import Lane, Mentions
from schemas.photo_finish import PhotoFinishBody
from schemas.registry import KINDS, ODF_KEY
from schemas.wire import _encoder


def test_a_photo_finish_always_has_its_link():
    """Null where the picture came without one; a photo finish decides a race, so it goes live."""
    assert json.loads(_encoder.encode(PhotoFinishBody())) == {"link": None}
    assert KINDS["photo_finish"].lane is Lane.LIVE


def test_two_types_may_tell_of_one_unit():
    """The link for the press and the older picture do not replace each other: their type is part of the key."""
    assert KINDS["photo_finish"].key_parts == ("type", *ODF_KEY)


def test_a_photo_finish_mentions_its_venue():
    """Who won is told by the result."""
    assert PhotoFinishBody(venue="STA").mentions() == Mentions("STA")
