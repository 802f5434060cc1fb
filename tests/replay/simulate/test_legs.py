import pytest

from replay.simulate import legs
from replay.simulate.catalogue import SCALES, events
from replay.simulate.contest import ENDS, contest, total
from replay.simulate.model import Entrant, Event, Format, Row, Rows
from replay.simulate.people import entrants
from replay.simulate.rows import ranked
from replay.simulate.staging import phases


def event(course: str) -> Event:
    return Event("ATHMX".ljust(34, "-"), "X", 0, Format("ATH", legs.LEGS, course, 1, 4, 4, 1, 10, 1.0))


def leg(*values: int, irm: str = "", kind: str = "TIME") -> Rows:
    """Somebody for each value: a, b, c, ...; the last one with an IRM."""
    rows = [
        Row(Entrant(id_, False, "SUI", id_, (), 0.5, ""), value, "", kind)
        for id_, value in zip("abcd", values, strict=False)
    ]
    rows[-1] = rows[-1]._replace(irm=irm)
    return ranked(rows)


def order(course: str, *rows: Rows) -> list[tuple[str, str, int]]:
    return [(row.entrant.id, row.text or row.irm, row.rank) for row in legs.order_after(event(course), rows)]


def test_runs_are_added():
    """The least sum is first, and equal sums share a rank."""
    assert order("slalom", leg(5000, 5100, 5200), leg(5200, 5100, 4990)) == [
        ("c", "1:41.90", 1),
        ("a", "1:42.00", 2),
        ("b", "1:42.00", 2),
    ]


def test_who_does_not_finish_a_run_has_no_sum():
    """And comes behind all others."""
    assert order("slalom", leg(5000, 4000, irm="DNF"), leg(5000)) == [("a", "1:40.00", 1), ("b", "DNF", 0)]


def test_who_is_not_in_the_last_leg_is_behind_those_who_are():
    """Whatever the sum."""
    assert order("sledge", leg(5000, 5100, 5200), leg(5500, 5600)) == [
        ("a", "1:45.00", 1),
        ("b", "1:47.00", 2),
        ("c", "52.00", 3),
    ]


def test_low_points_are_places():
    """One more than there are for who was not ranked."""
    assert order("races", leg(10, 20, 30, irm="DNF"), leg(30, 20, 10)) == [("a", "4", 1), ("b", "4", 1), ("c", "5", 3)]


def test_high_points_are_in_proportion_to_the_best():
    """Whether less or more is better; none for who failed."""
    assert order("decathlon", leg(1000, 1250), leg(-800, -400, kind="DISTANCE")) == [("a", "2000", 1), ("b", "1300", 2)]
    assert order("decathlon", leg(1000, 1250, irm="DSQ")) == [("a", "1000", 1), ("b", "0", 2)]


@pytest.mark.parametrize("course", legs.COURSES)
def test_every_course_ends_in_a_unit_that_decides_medals(course: str):
    """Each leg is a unit of its own code."""
    units = [unit for phase in legs.rounds(event(course)) for unit in phase]
    assert len({unit.code for unit in units}) == len(units) >= 2
    assert [unit.medal for unit in units] == [""] * (len(units) - 1) + ["1"]


def test_the_best_start_last_and_only_so_many_go_on():
    """In the last run of sledges: twenty, by the order after three runs."""
    (found,) = [each for each in events(SCALES["winter"]) if each.code.startswith("SKNMIND")]
    found.phases = phases(found)
    played = contest(found, entrants(3, found), 3)
    third, last = (found.units[number] for number in (2, 3))
    before = [row.entrant.id for row in total(played, third, ENDS) if not row.irm]
    assert [entrant.id for entrant in played.starters[last.code]] == before[:20][::-1]
