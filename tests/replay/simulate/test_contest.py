from replay.simulate.catalogue import SCALES, events
from replay.simulate.contest import ENDS, Contest, contest, direct, phase_rows
from replay.simulate.model import Outcome
from replay.simulate.people import entrants
from replay.simulate.staging import phases, places


def played(code: str, seed: int = 1) -> Contest:
    (event,) = [each for each in events(SCALES["paris"]) if each.code.startswith(code)]
    event.phases = phases(event)
    return contest(event, entrants(seed, event), seed)


def starters(found: Contest, phase: int) -> set[str]:
    return {entrant.id for unit in found.event.phases[phase] for entrant in found.starters[unit.code]}


def test_the_first_of_each_heat_go_on_whatever_their_time():
    """The others are the fastest of the rest."""
    found = played("ATHM100M")
    heats = found.event.phases[0]
    assert (len(heats), places(found.event, 0)) == (9, 1)
    by_place = set().union(*(direct(found, unit, found.outcomes[unit.code].final) for unit in heats))
    assert len(by_place) == 9
    rest = [row.entrant.id for row in phase_rows(found, heats, ENDS) if not row.irm and row.entrant.id not in by_place]
    assert starters(found, 1) == by_place | set(rest[: 24 - 9])


def test_a_place_can_beat_a_time():
    """Somebody goes on with a time with which somebody of another heat does not."""
    for seed in range(1, 20):
        found = played("ATHM1500M", seed)
        rows = [row for row in phase_rows(found, found.event.phases[0], ENDS) if not row.irm]
        going = [row.entrant.id in starters(found, 1) for row in rows]
        if going != sorted(going, reverse=True):
            return
    raise AssertionError("places never mattered")


def test_swimmers_go_on_by_time_alone():
    """The fastest of all heats."""
    found = played("SWMM50MFR")
    rows = [row for row in phase_rows(found, found.event.phases[0], ENDS) if not row.irm]
    assert starters(found, 1) == {row.entrant.id for row in rows[: len(starters(found, 1))]}
    assert places(found.event, 0) == 0


def test_an_outcome_is_told_as_it_is_known():
    """As first read until it is signed, or until it is corrected where that comes later."""
    one, two = (), (None,)
    signed = Outcome((), one, two, official=10)
    corrected = Outcome((), one, two, official=10, corrected=50)
    assert [signed.told(at) for at in (9, 10)] == [one, two]
    assert [corrected.told(at) for at in (9, 10, 49, 50)] == [one, one, one, two]
