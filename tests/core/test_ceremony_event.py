import pytest

from feed.core.ceremony_event import CeremonyEvent, Outcome, Said

FINAL = "XG2030.ATH.M.100M.FNL.000100"
HEAT = "XG2030.ATH.M.100M.HEAT.000100"
CEREMONY = "XG2030.ATH.M.100M.VICT.MEDAL"
TOTAL = "XG2030.ATH.M.100M.FNL.-.cumulative_result"
EARLIER_TOTAL = "XG2030.ATH.M.100M.HEAT.-.cumulative_result"
MEDALLISTS = "XG2030.ATH.M.100M.-.-.medallists"


@pytest.fixture
def event() -> CeremonyEvent:
    return CeremonyEvent("ATHM100M--------------------------")


def outcome(seq: int, kind: str = "result") -> Outcome:
    return Outcome(seq, kind, "OFFICIAL")


def decided_by(event: CeremonyEvent, **outcomes: str) -> set[str]:
    """What decides, of outcomes given as kind and topic."""
    for seq, (kind, topic) in enumerate(outcomes.items(), 1):
        event.outcomes[topic] = outcome(seq, kind)
    return set(event.decided_by())


@pytest.mark.parametrize("status, is_watched", [("GETTING_READY", True), ("RUNNING", True), ("FINISHED", False)])
def test_an_event_is_watched_while_a_ceremony_is_under_way(event: CeremonyEvent, status: str, *, is_watched: bool):
    """From the time it gets ready until it is over."""
    event.plan(CEREMONY, 1, Said("", status=status))
    assert event.is_watched() is is_watched


def test_a_unit_that_left_the_schedule_is_none(event: CeremonyEvent):
    """Neither as a ceremony nor as what decides."""
    for place in (CEREMONY, FINAL):
        event.plan(place, 1, Said("", status="RUNNING", medal="1"))
        event.plan(place, 2, None)
    assert (event.ceremonies, event.deciding) == ({}, {})


def test_units_without_medals_decide_nothing(event: CeremonyEvent):
    """Only those that the schedule calls medal units."""
    event.plan(HEAT, 1, Said("", medal="0"))
    event.plan(FINAL, 2, Said("", medal="1"))
    assert set(event.deciding) == {FINAL}


def test_without_a_word_of_the_schedule_the_code_tells(event: CeremonyEvent):
    """The first unit of the final is for gold."""
    event.outcomes = {f"{place}.result": outcome(seq) for seq, place in enumerate((HEAT, FINAL), 1)}
    assert set(event.decided_by()) == {f"{FINAL}.result"}


def test_the_schedule_overrules_the_code(event: CeremonyEvent):
    """Where it says of another unit that it decides."""
    event.plan(HEAT, 1, Said("", medal="1"))
    event.outcomes = {f"{place}.result": outcome(seq) for seq, place in enumerate((HEAT, FINAL), 1)}
    assert set(event.decided_by()) == {f"{HEAT}.result"}


def test_a_total_takes_the_place_of_its_parts(event: CeremonyEvent):
    """That of the event; one of an earlier phase decides nothing."""
    assert decided_by(event, result=f"{FINAL}.result", cumulative_result=TOTAL) == {TOTAL}
    event.outcomes.pop(TOTAL)
    assert decided_by(event, cumulative_result=EARLIER_TOTAL) == {f"{FINAL}.result"}


def test_medallists_have_to_be_signed_too(event: CeremonyEvent):
    """Beside what they come from."""
    assert decided_by(event, result=f"{FINAL}.result", medallists=MEDALLISTS) == {f"{FINAL}.result", MEDALLISTS}


def test_of_several_documents_of_one_code_the_newest_counts(event: CeremonyEvent):
    """A result in another subtype after the first."""
    event.outcomes = {f"{FINAL}.result": outcome(5), f"{FINAL}.result.A": outcome(9)}
    assert set(event.decided_by()) == {f"{FINAL}.result.A"}
