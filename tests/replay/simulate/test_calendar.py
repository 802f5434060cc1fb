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


def test_a_summer_games_has_sixteen_days_of_competition_and_two_before_the_opening():
    """Swimming in the first week, athletics in the second; medals on each day, most finals late, few on the last."""
    scale, found = SCALES["paris"], programme("paris")
    on: defaultdict[str, set[int]] = defaultdict(set)
    golds: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for event in found:
        for unit in event.units:
            day = (unit.start - scale.first) // DAY
            on[event.discipline].add(day)
            units[day] += 1
            golds[day] += unit.medal == "1"
    assert sorted(units) == [0, 1, *range(3, 19)]
    assert {name for name, days in on.items() if days & {0, 1}} == {"FBL", "HBL", "RU7"}
    assert (min(on["SWM"]), max(on["SWM"]) < 10) == (3, True)
    assert (min(on["ATH"]), max(on["ATH"])) == (8, 18)
    assert sorted(day for day in golds if golds[day]) == list(range(3, 19))
    assert sum(golds[day] for day in (15, 16, 17)) > sum(golds[day] for day in (10, 11, 12))
    assert (units.most_common(1)[0][0], golds[18] < 13, units[18] < 60) == (4, True, True)


def test_the_busiest_day_is_busy_from_morning_to_evening():
    """Its busiest hour has at most a third more than the hours from eight to ten have on average, by their rates."""
    scale = SCALES["paris"]
    rates = [0.0] * (DAY // MINUTE)
    for event in programme("paris"):
        for unit in event.units:
            if (unit.start - scale.first) // DAY == 4:
                for minute in range(unit.start // MINUTE, unit.end // MINUTE):
                    rates[minute % len(rates)] += event.format.rate
    hours = [sum(rates[first : first + 60]) for first in range(8 * 60, 21 * 60)]
    assert max(hours) <= 4 / 3 * sum(rates[8 * 60 : 22 * 60]) / 14
