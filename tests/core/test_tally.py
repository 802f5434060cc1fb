from feed.core.outcome import Outcome, Quarantined, Stored
from feed.core.tally import NAMES_MAX, OTHER, OUTCOMES, Tally, outcome_of
from feed.refusals import Reason, Refusal

REFUSED = Outcome(quarantined=(Quarantined("1", Refusal(Reason.BAD_VALUE, "")),))
ACCEPTED = Outcome(accepted=(Stored(1, "XA.ATH.x"), Stored(2, "XA.ATH.y")))


def topic(discipline: str) -> str:
    """Of a result there."""
    return f"XA.{discipline}.M.100M.FNL.000100.result"


def test_a_document_has_one_outcome():
    """Of a list, what became of the best part of it."""
    outcomes = (
        ACCEPTED,
        Outcome(duplicates=3),
        Outcome(duplicates=1, stale=1),
        REFUSED,
        Outcome(),
        Outcome(accepted=ACCEPTED.accepted, duplicates=9, stale=9),
    )
    assert tuple(map(outcome_of, outcomes)) == (*OUTCOMES, "accepted")


def test_a_name_is_learnt_from_what_was_accepted():
    """Until then it is one of the others, also afterwards where it is none at all."""
    tally = Tally()
    tally.count(topic("ATH"), "STA1", REFUSED)
    tally.count(topic("ATH"), "STA1", ACCEPTED)
    tally.count(topic("ATH"), "STA1", REFUSED)
    tally.count(topic("-"), "x" * 41, ACCEPTED)
    tally.count(None, None, REFUSED)
    refused, accepted = "quarantined", "accepted"
    assert tally.disciplines == {
        (OTHER, refused): 2,
        ("ATH", accepted): 1,
        ("ATH", refused): 1,
        (OTHER, accepted): 1,
    }
    assert tally.sources == {(OTHER, refused): 2, ("STA1", accepted): 1, ("STA1", refused): 1, (OTHER, accepted): 1}


def test_names_have_a_limit():
    """The first so many; what comes later is one of the others."""
    tally = Tally()
    for number in range(NAMES_MAX + 50):
        tally.count(topic(f"{number:03d}"), f"S{number}", ACCEPTED)
    for found in (tally.disciplines, tally.sources):
        assert len(found) == NAMES_MAX + 1
        assert found[OTHER, "accepted"] == 50
