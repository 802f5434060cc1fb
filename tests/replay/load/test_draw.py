import pytest

from replay.load.draw import DISCIPLINE_SHARE, DrawError, Places, read_places, subscriptions
from replay.load.profile import Draw, Tier
from replay.verify.wish import Wish
from tests.documents import odf
from tests.replay.captured import captured, games

PLACES = read_places([*games("XA", units=8, versions=1), captured("XA", unit=9, source="STA9")])


def tier(draw: Draw, count: int = 40) -> Tier:
    return Tier(name="some", subscribers=count, draw=draw, ramp=10.0)


def filters(draw: Draw, seed: int = 1, count: int = 40, visit: int = 0) -> list[tuple[str, ...]]:
    return [each.filters for each in subscriptions(tier(draw, count), PLACES, seed, 0, visit)]


def test_places_are_those_of_the_documents():
    """Units, events and disciplines as beginnings of topics; who sent most comes first."""
    assert len(PLACES.units) == 9
    assert PLACES.units[0].count(".") == 5
    assert PLACES.units[0].startswith(f"{PLACES.events[0]}.")
    assert PLACES.events[0].startswith(f"{PLACES.disciplines[0]}.")
    assert (PLACES.competitions, PLACES.documents) == (["XA"], 9)
    assert set(PLACES.sources[:2]) == {"STA0", "STA1"}
    assert PLACES.sources[2] == "STA9"


def test_test_messages_are_no_places():
    """Subscribers read production; a capture without any unit of it has nothing to draw from."""
    document = odf("XA", 1, FeedFlag="T")
    with pytest.raises(DrawError, match="no document of the capture is about a unit"):
        read_places([captured("XA").__class__(0, "STA1", "odf", "", document)])


def test_a_board_shows_three_units():
    """Different ones, and everything of each."""
    for drawn in filters(Draw.BOARD):
        assert len(set(drawn)) == 3
        assert all(each.endswith(".>") and each[:-2] in PLACES.units for each in drawn)


def test_a_watch_list_is_units_events_or_a_discipline():
    """Each of them comes, a discipline seldom; all are filters that match a topic."""
    drawn = filters(Draw.WATCH, count=400)
    wide = [each for each in drawn if each[0].endswith(".*.*.*.*.result")]
    assert 0 < len(wide) < 2 * DISCIPLINE_SHARE * 400
    topic = f"{PLACES.units[0]}.result"
    assert any(Wish(each).wants(topic) for each in drawn)
    assert filters(Draw.EVERYTHING)[0] == ()


def test_the_same_seed_draws_the_same():
    """Also when there are more of a tier; another seed or visit draws others."""
    assert filters(Draw.WATCH) == filters(Draw.WATCH, count=80)[:40]
    assert filters(Draw.WATCH) != filters(Draw.WATCH, seed=2)
    assert filters(Draw.WATCH) != filters(Draw.WATCH, visit=1)


def test_subscribers_are_numbered_and_join_one_after_another():
    """From the first number on, over the seconds of the ramp."""
    drawn = list(subscriptions(tier(Draw.BOARD, 4), PLACES, 1, 100))
    assert [each.number for each in drawn] == [100, 101, 102, 103]
    assert [each.since for each in drawn] == [0.0, 2.5, 5.0, 7.5]


def test_few_places_are_enough():
    """A capture of one unit fills a board with that."""
    few = Places(["XA.ATH.W.100M.FNL.000100"], ["XA.ATH.W.100M"], ["XA.ATH"], ["XA"], ["STA1"], 1)
    (one,) = subscriptions(tier(Draw.BOARD, 1), few, 1, 0)
    assert one.filters == ("XA.ATH.W.100M.FNL.000100.>",)
