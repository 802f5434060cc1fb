from schemas.ceremony_conflict import CeremonyConflictBody, Obstacle
from schemas.message import Mentions


def test_it_mentions_where_the_ceremony_is():
    """And nobody: whose medals they are is what is not certain."""
    why = (Obstacle(reason="protest", code="ATHM100M--------------FNL-000100--", seq=3),)
    body = CeremonyConflictBody(unit="U", event="E", venue="STA", why=why, since=1)
    assert body.mentions() == Mentions("STA")
    assert body.until is None
