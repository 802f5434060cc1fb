from schemas.message import Mentions
from schemas.pairing import Paired, PairingBody


def test_it_mentions_who_meets_and_where():
    """Organisations, athletes who are sides, and members of teams; each once."""
    team = Paired(id="T1", kind="team", noc="XAA", members=("a", "b"))
    body = PairingBody(unit="U", venue="STA", sides=(team, Paired(id="c", kind="athlete", noc="XAA")), by="t")
    assert body.mentions() == Mentions("STA", ("XAA",), ("a", "b", "c"))


def test_a_pair_that_was_taken_back_mentions_nobody():
    """Who leaves is told by the header of what leaves."""
    assert PairingBody(unit="U", venue="STA", by="t").mentions() == Mentions("STA")
