"""Who may come where: pairs are asserted by documents alone (users' scenario S10)."""

import pytest

from feed.core.agenda import Place, UnitRow
from feed.core.profiles import Page
from tests.core.stories import Story
from tests.matches import bracket, match, match_code, outcome, place, side, update

QUARTERS = {1: ("FIN", "SUI"), 2: ("SVK", "USA"), 3: ("SWE", "CAN"), 4: ("ROC", "DEN")}
SEMI = [match_code("SFNL", number) for number in (1, 2)]
FINAL = match_code("FNL-", 1)


def quarters(status: str = "SCHEDULED") -> tuple[str, ...]:
    return tuple(
        match(match_code("QFNL", number), f"2030-07-03T1{number}:00:00Z", *map(side, (1, 2), pair), status=status)
        for number, pair in QUARTERS.items()
    )


def semis(*pairs: tuple[str, str]) -> tuple[str, ...]:
    """Two matches whose sides are to be decided among the winners of the phase, or these pairs."""
    open_ = {"unit": match_code("QFNL"), "value": "best-seeded winner"}
    return tuple(
        match(
            unit,
            f"2030-07-05T1{number}:00:00Z",
            *(side(order, who, **open_) for order, who in enumerate(pair, 1)),
            Venue="IHA",
        )
        for number, (unit, pair) in enumerate(zip(SEMI, pairs or (("", ""),) * 2, strict=True))
    )


@pytest.fixture
def story() -> Story:
    story = Story()
    story.post(update("XA", 1, *quarters(), *semis()))
    return story


def end(story: Story, *numbers: int) -> None:
    """Quarter-finals are won by those who are named first."""
    for number in numbers:
        story.post(outcome("XA", 1, match_code("QFNL", number), *QUARTERS[number]))


def next_units(story: Story, name: str) -> list[tuple[str, bool]]:
    """Code from the phase on, and whether it is decided."""
    found = story.profile(name)
    assert found is not None
    return [(row.unit[22:28], row.decided) for row in found.upcoming]


def sides_of(story: Story, unit: str) -> list[str]:
    """Who is decided, or all who may come."""
    row = story.agenda().row(unit, {})
    return [_shown(row, number) for number in range(len(row.sides))]


def test_before_the_quarter_finals_everybody_may_come(story: Story):
    """Each slot is to be decided, with all of the phase as possible; no pair is asserted."""
    everybody = "? CAN DEN FIN ROC SUI SVK SWE USA"
    assert [sides_of(story, unit) for unit in SEMI] == [[everybody] * 2] * 2
    assert next_units(story, "FIN") == [("QFNL00", True), ("SFNL00", False), ("SFNL00", False)]


def test_a_signed_result_only_rules_out(story: Story):
    """The winner of ROC-DEN may meet the winner of FIN-SUI, or another: nothing says so yet."""
    end(story, 1, 4)
    assert sides_of(story, SEMI[0]) == ["? CAN FIN ROC SVK SWE USA"] * 2
    assert ("SFNL00", False) not in next_units(story, "DEN")
    story.post(outcome("XA", 1, match_code("QFNL", 2), "SVK", "USA", status="UNOFFICIAL"))
    assert sides_of(story, SEMI[0]) == ["? CAN FIN ROC SVK SWE USA"] * 2


def test_when_all_is_over_still_no_pair_is_asserted(story: Story):
    """Four winners, two matches: who meets whom is said by the next document."""
    end(story, 1, 2, 3, 4)
    story.post(update("XA", 2, *quarters("FINISHED")))
    assert [sides_of(story, unit) for unit in SEMI] == [["? FIN ROC SVK SWE"] * 2] * 2
    assert next_units(story, "FIN") == [("SFNL00", False), ("SFNL00", False)]


def test_the_pairs_are_those_of_the_document(story: Story):
    """After the re-seeding each team has one next unit, decided, and no other."""
    end(story, 1, 2, 3, 4)
    story.post(update("XA", 2, *quarters("FINISHED"), *semis(("FIN", "SVK"), ("SWE", "ROC"))))
    assert [sides_of(story, unit) for unit in SEMI] == [["FIN", "SVK"], ["SWE", "ROC"]]
    for name in ("FIN", "SVK", "SWE", "ROC"):
        assert next_units(story, name) == [("SFNL00", True)]
    for name in ("SUI", "DEN", "USA", "CAN"):
        assert next_units(story, name) == []
    (row,) = [row for row in story.delegation("SVK").units if row.decided]
    assert (row.unit, [each.noc for each in row.competitors]) == (SEMI[0], ["SVK"])


def test_one_slot_may_be_decided_before_the_other(story: Story):
    """Who is in a match already cannot come to its other side."""
    end(story, 1)
    story.post(update("XA", 2, *semis(("FIN", ""), ("", ""))))
    assert sides_of(story, SEMI[0]) == ["FIN", "? CAN DEN ROC SVK SWE USA"]
    assert next_units(story, "FIN") == [("QFNL00", True), ("SFNL00", True)]


def test_a_bracket_tells_through_several_rounds(story: Story):
    """The final waits for semi-finals that wait for quarter-finals; losers go elsewhere."""
    slots = [place(order, unit=match_code("QFNL", order)) for order in (1, 2)]
    final = place(1, unit=SEMI[0]) + place(2, unit=SEMI[1])
    bronze = place(1, unit=SEMI[0], wlt="L") + place(2, "SWE", unit=SEMI[1], wlt="L")
    story.post(bracket("XA", 1, **{"SFNL1": "".join(slots), "FNL-1": final, "FNL-2": bronze}))
    assert sides_of(story, SEMI[0]) == ["? FIN SUI", "? SVK USA"]
    assert sides_of(story, FINAL)[0] == "? FIN SUI SVK USA"
    assert sides_of(story, match_code("FNL-", 2)) == ["? FIN SUI SVK USA", "SWE"]


def test_the_newest_word_counts(story: Story):
    """A bracket that takes a pair back is followed, also where the schedule still has it."""
    story.post(update("XA", 2, *semis(("FIN", "SVK"), ("", ""))))
    story.post(bracket("XA", 1, SFNL1=place(1, unit=match_code("QFNL", 1)) + place(2, "USA")))
    assert sides_of(story, SEMI[0]) == ["? FIN SUI", "USA"]


def test_a_place_that_nobody_takes_is_told(story: Story):
    """A bye is no open question."""
    bye = place(1, "FIN") + place(2).replace("TBD", "BYE")
    story.post(bracket("XA", 1, SFNL1=bye))
    first, second = story.agenda().row(SEMI[0], {}).sides
    assert (first.place, second.place, second.possible) == (Place.DECIDED, Place.NOBODY, ())


def test_brackets_that_go_in_circles_end(story: Story):
    """Two matches that wait for each other: nobody may come."""
    story.post(bracket("XA", 1, SFNL1=place(1, unit=SEMI[1]), SFNL2=place(1, unit=SEMI[0])))
    assert [sides_of(story, unit) for unit in SEMI] == [["?"], ["?"]]


def test_a_long_list_comes_in_pages(story: Story):
    """Each page tells where the next begins."""
    every = story.delegation("FIN")
    first = story.delegation("FIN", page=Page(0, 2))
    second = story.delegation("FIN", page=Page(2, 2))
    assert (first.next, second.next) == (2, None)
    assert [*first.units, *second.units] == list(every.units)


def _shown(row: UnitRow, number: int) -> str:
    side_ = row.sides[number]
    if side_.competitor:
        return side_.competitor.id
    return " ".join(["?", *(each.id for each in side_.possible)])
