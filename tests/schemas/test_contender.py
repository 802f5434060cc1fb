import pytest
from msgspec import UNSET

from schemas.contender import PLACEHOLDERS, Contender, mentions_of
from schemas.message import Mentions
from schemas.result_parts import Member


def test_mentions_are_in_order_of_appearance_and_once():
    """Venue, organisations and athletes, of teams through their members."""
    team = Contender(id="T1", kind="team", noc="XBB", members=(Member(id="2", noc="XAA"), Member(id="3")))
    single = Contender(id="1", kind="athlete", noc="XAA", members=(Member(id="1", noc="XAA"),))
    assert mentions_of("HAL", (single, team, single)) == Mentions("HAL", ("XAA", "XBB"), ("1", "2", "3"))
    assert mentions_of(UNSET, ()) == Mentions()


@pytest.mark.parametrize("code", sorted(PLACEHOLDERS))
def test_a_placeholder_is_no_athlete(code: str):
    """Whoever follows an athlete must not hear of places that are not decided."""
    assert mentions_of(UNSET, (Contender(id=code, kind="athlete"),)) == Mentions()
