import msgspec

from feed.core.outcome import Arrival, Outcome, Quarantined, Stored
from feed.refusals import Reason, Refusal


def test_an_outcome_tells_nothing_by_default():
    """Nothing stored, nothing counted."""
    assert Outcome() == Outcome(accepted=(), duplicates=0, stale=0, quarantined=())


def test_an_arrival_needs_no_source():
    """A sender may name itself in the message instead."""
    assert Arrival("odf", b"", "", 1).source is None


def test_stored_messages_look_as_the_contract_says():
    """The words of the ingest answer: seq and topic."""
    assert msgspec.json.encode(Stored(5, "a.b")) == b'{"seq":5,"topic":"a.b"}'


def test_a_quarantined_document_keeps_its_refusal():
    """Under the id it was archived by."""
    row = Quarantined("id", Refusal(Reason.NO_KEY, "missing"))
    assert (row.id, row.refusal.reason, row.refusal.hint) == ("id", Reason.NO_KEY, Refusal(Reason.NO_KEY, "").hint)
