from schemas.medal_discrepancy import MedalDifference, MedalDiscrepancyBody
from schemas.message import Mentions


def test_it_mentions_whose_numbers_differ():
    """Each organisation once; nobody where all agree."""
    numbers = [("XAA", "gold"), ("XAA", "silver"), ("XBB", "gold")]
    found = tuple(MedalDifference(noc=noc, gender="TOT", medal=medal, ours=1, theirs=2) for noc, medal in numbers)
    assert MedalDiscrepancyBody(differences=found).mentions() == Mentions(None, ("XAA", "XBB"))
    assert MedalDiscrepancyBody().mentions() == Mentions()
