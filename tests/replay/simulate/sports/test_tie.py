from replay.simulate.catalogue import SCALES, events
from replay.simulate.contest import Contest, contest
from replay.simulate.people import entrants
from replay.simulate.sports.tie import matches_of
from replay.simulate.staging import phases


def teams(code: str) -> Contest:
    (event,) = [each for each in events(SCALES["paris"]) if each.code.startswith(code)]
    event.phases = phases(event)
    return contest(event, entrants(2, event), 2)


def test_a_match_of_teams_is_over_once_one_has_won_more_than_half():
    """The parts that were played have outcomes, the score counts them, and the last one decided."""
    for code, most in (("TTEMTEAM", 5), ("JUDXTEAM6", 7)):
        found = teams(code)
        for unit in found.event.units:
            outcomes = [found.outcomes[part.code] for part in unit.parts if part.code in found.outcomes]
            won = [sum(outcome.final[side].wlt == "W" for outcome in outcomes) for side in (0, 1)]
            assert [row.text for row in found.outcomes[unit.code].final] == [str(count) for count in won]
            assert max(won) == most // 2 + 1
            assert outcomes[-1].final[won.index(max(won))].wlt == "W"
            assert len(unit.parts) == most


def test_parts_are_subunits_of_the_whole():
    """The whole is 00, its parts 01 and so on, also where another unit feeds it."""
    units = teams("TTEMTEAM").event.units
    codes = {unit.code for unit in units}
    for unit in units:
        assert unit.code.endswith("00")
        assert [part.code for part in unit.parts] == [f"{unit.code[:-2]}{number:02d}" for number in range(1, 6)]
        assert {code for code, _ in unit.feeders} <= codes


def test_parts_are_played_by_one_of_each_team():
    """Members of the two sides, in turn."""
    found = teams("TTEMTEAM")
    unit = found.event.units[0]
    for side, team in enumerate(found.starters[unit.code]):
        members = [found.starters[part.code][side].id for part in unit.parts if part.code in found.starters]
        assert set(members[:3]) == {person.id for person in team.people}


def test_pairs_play_as_one():
    """Two are no team of several matches."""
    (pairs,) = [each for each in events(SCALES["paris"]) if each.code.startswith("TTEXDOUBLES")]
    assert matches_of(pairs.format) == 0
