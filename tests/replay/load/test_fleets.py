from pathlib import Path

from replay.load.draw import Places
from replay.load.fleets import CONNECTIONS_MAX, Fleets, _addresses
from replay.load.profile import Profile, Tier
from tests.replay.load.test_draw import PLACES

TIERS = (
    Tier(name="stays", subscribers=3),
    Tier(name="comes", subscribers=2, during=((5.0, 6.0), (1.0, 2.0))),
    Tier(name="later", subscribers=1, during=((5.0, 6.0),)),
)


def fleets(places: Places = PLACES) -> Fleets:
    return Fleets(Profile(title="Visits", tier=TIERS), places, 1, Path())


def test_those_who_come_for_a_while_are_others_each_time():
    """Numbers go on, spans are in order, and who is not there for a span is not drawn for it."""
    made = fleets()
    assert made.spans == [(1.0, 2.0), (5.0, 6.0)]
    drawn = [[(each.number, each.tier) for each in made._drawn(span)] for span in (None, *made.spans)]
    assert drawn == [
        [(0, "stays"), (1, "stays"), (2, "stays")],
        [(3, "comes"), (4, "comes")],
        [(5, "comes"), (6, "comes"), (7, "later")],
    ]
    assert sorted(made.subscriptions) == list(range(8))
    assert made.subscriptions[3].seed != made.subscriptions[5].seed


def test_there_are_enough_addresses_to_connect_from():
    """On loopback each fleet has its own; elsewhere the system chooses."""
    assert _addresses("http://127.0.0.1:80", 0, CONNECTIONS_MAX) == ["127.0.1.1"]
    assert _addresses("http://127.0.0.1:80", 1, CONNECTIONS_MAX + 1) == ["127.0.2.1", "127.0.2.2"]
    assert _addresses("http://feed.example:80", 1, 5 * CONNECTIONS_MAX) == [""]
