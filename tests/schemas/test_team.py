import json

import msgspec

from schemas.message import Mentions
from schemas.result_parts import Member, MemberTeam, Official
from schemas.team import TeamBody
from schemas.wire import _encoder

ALWAYS = "id status noc name short_name tv_name gender team_type members"


def test_a_team_always_says_what_it_is_called():
    """Names, organisation, gender and members are there even when nothing is known; the others are left out."""
    found = json.loads(_encoder.encode(TeamBody(id="T")))
    assert set(found) == set(ALWAYS.split())
    assert (found["name"], found["members"]) == (None, [])


def test_a_team_goes_over_the_wire_and_back():
    """Members, officials and teams in it keep their parts."""
    body = TeamBody(
        id="T",
        current=False,
        members=(Member(id="1", order="1"),),
        teams=(MemberTeam(id="T2", members=(Member(id="2"),)),),
        officials=(Official(id="9", function="COACH"),),
    )
    assert msgspec.json.decode(_encoder.encode(body), type=TeamBody) == body


def test_a_team_mentions_its_athletes_once_each():
    """Also those of the teams in it, in order of appearance; its officials are no athletes."""
    inner = MemberTeam(id="T2", noc="XBB", members=(Member(id="2", noc="XAA"), Member(id="1")))
    body = TeamBody(id="T", noc="XAA", members=(Member(id="1"),), teams=(inner,), officials=(Official(id="9"),))
    assert body.mentions() == Mentions(None, ("XAA", "XBB"), ("1", "2"))
    assert TeamBody(id="T").mentions() == Mentions()
