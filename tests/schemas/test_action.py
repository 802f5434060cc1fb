import json

import msgspec

from schemas.action import ActionBody, Actor
from schemas.message import BodyRef, Mentions
from schemas.registry import KINDS, KindClass
from schemas.result_parts import Extension, Member
from schemas.wire import _encoder


def test_an_action_is_an_event():
    """Period and id tell it; none of its versions may be left out on the way."""
    assert KINDS["action"].key_parts == ("period", "id")
    assert KINDS["action"].kind_class is KindClass.EVENT


def test_an_action_always_says_where_it_belongs():
    """Id, period, order, what it is and who took part; the others are left out."""
    assert json.loads(_encoder.encode(ActionBody())) == {
        **dict.fromkeys(("id", "period", "order", "action")),
        "competitors": [],
    }


def test_an_action_comes_back_from_json():
    """Values keep the venue's text, a picture is referred to."""
    body = ActionBody(
        id="7",
        x="50.0",
        at=7,
        extended=(Extension(code="SHOT_CLOCK", value="24"),),
        competitors=(Actor(id="T1", kind="team", role="SCR"),),
        image=BodyRef(sha256="0" * 64, bytes=3, media="image/png"),
    )
    assert msgspec.json.decode(_encoder.encode(body), type=ActionBody) == body


def test_an_action_mentions_who_took_part():
    """Organisations and athletes; the venue is told by the match."""
    scorer = Actor(id="T1", kind="team", noc="XAA", members=(Member(id="1"),))
    assert ActionBody(competitors=(scorer,)).mentions() == Mentions(None, ("XAA",), ("1",))
