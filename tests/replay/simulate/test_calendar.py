from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from replay.simulate.calendar import arrange
from replay.simulate.catalogue import SCALES, events
from replay.simulate.moments import DAY, MINUTE
from replay.simulate.staging import phases


def programme(size: str):
    found = events(SCALES[size])
    for event in found:
        event.phases = phases(event)
    arrange(found, SCALES[size], 1)
    return found


@pytest.mark.parametrize("size, disciplines, medals", [("paris", 45, 329), ("winter", 16, 116)])
def test_games_are_as_large_as_recorded_ones(size: str, disciplines: int, medals: int):
    """Disciplines and events as counted in Paris 2024 and Milano Cortina 2026, every event with one gold."""
    found = programme(size)
    assert len({event.discipline for event in found}) == disciplines
    assert len(found) == medals == sum(unit.medal == "1" for event in found for unit in event.units)


@pytest.mark.parametrize("size", SCALES)
def test_every_unit_has_a_code_of_its_own(size: str):
    """34 characters, once."""
    codes = [unit.code for event in programme(size) for unit in event.units]
    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {34}


@pytest.mark.parametrize("size", ["paris", "winter"])
def test_a_field_of_play_is_used_once_at_a_time(size: str):
    """And a phase begins when the one before has long ended."""
    used = defaultdict(list)
    for event in programme(size):
        for unit in event.units:
            used[event.discipline, unit.field].append((unit.start, unit.end))
        for before, after in zip(event.phases, event.phases[1:], strict=False):
            assert min(unit.start for unit in after) >= max(unit.end for unit in before) + 50 * MINUTE
    for spans in used.values():
        ordered = sorted(spans)
        assert all(end < start for (_, end), (start, _) in pairwise(ordered))


def test_a_summer_games_has_as_many_units_and_fields_of_play_as_paris():
    """About 4,400 units with those of team matches; 35 fields in use at once at most, and on the fifth day."""
    found = programme("paris")
    assert 4_300 <= sum(len(event.units) + len(event.parts) for event in found) <= 4_500
    in_use: Counter[int] = Counter()
    for event in found:
        for unit in event.units:
            in_use.update(range(unit.start // MINUTE, unit.end // MINUTE))
    minute, most = max(in_use.items(), key=lambda pair: pair[1])
    assert most == 35
    assert minute * MINUTE // DAY == SCALES["paris"].first // DAY + 4


def test_matches_of_a_team_match_are_held_within_it():
    """One behind the other, on its field."""
    wholes = [unit for event in programme("paris") for unit in event.units if unit.parts]
    assert len(wholes) > 40
    for whole in wholes:
        times = [moment for part in whole.parts for moment in (part.start, part.end)]
        assert whole.start <= times[0] <= times[-1] <= whole.end
        assert times == sorted(times)
        assert {part.field for part in whole.parts} == {whole.field}


def test_a_summer_games_ends_in_time():
    """On the nineteenth day, or the next for a few."""
    scale = SCALES["paris"]
    ends = sorted(max(unit.end for unit in event.units) for event in programme("paris"))
    assert ends[-1] < scale.first + (scale.days + 1) * DAY
