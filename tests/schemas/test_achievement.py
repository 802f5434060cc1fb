import json

from schemas.achievement import AchievementBody, Achiever
from schemas.message import Lane, Mentions
from schemas.registry import KINDS
from schemas.wire import _encoder


def test_a_competitor_always_says_who_it_is_and_what_it_has_won():
    """Also one who has won nothing."""
    body = json.loads(_encoder.encode(AchievementBody(competitors=(Achiever(id="1"),))))
    assert body == {"competitors": [{"id": "1", "noc": None, "name": None, "achievements": []}]}
    assert json.loads(_encoder.encode(AchievementBody())) == {"competitors": []}


def test_athletes_are_mentioned_and_teams_are_not():
    """Each once, in order of appearance; only the form of its code tells a team."""
    team = Achiever(id="SWMW4X100M--XBB01", noc="XBB")
    body = AchievementBody(venue="HAL", competitors=(Achiever(id="2", noc="XAA"), team, Achiever(id="1", noc="XAA")))
    assert body.mentions() == Mentions("HAL", ("XAA", "XBB"), ("2", "1"))


def test_achievements_may_wait():
    """They are known before the Games."""
    assert KINDS["achievement"].lane is Lane.BULK
