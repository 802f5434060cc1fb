import pytest
from msgspec.structs import replace

from feed.core.heads import Heads
from feed.core.known import Known
from feed.core.suspect import Suspect
from schemas.competitor import Competitor
from schemas.result import ResultBody
from tests.core.makers import athlete, candidate


def suspect(*rows: Competitor) -> Suspect:
    return Suspect(candidate(body=ResultBody(competitors=rows)).message, Known(Heads()))


@pytest.mark.parametrize(
    "text, number",
    [("1", 1), ("12", 12), ("007", 7), (None, 0), ("", 0), ("Q", 0), ("-1", 0), ("1.5", 0), ("²", 0), ("9" * 7, 0)],
)
def test_a_rank_is_a_number_or_none(text: str | None, number: int):
    """What is no short row of digits is no rank that anything could be compared with."""
    assert suspect(replace(athlete("1"), rank=text)).ranks == [number]


def test_who_is_ranked_comes_best_first():
    """Nobody with an invalid result, and as sent where a rank is shared."""
    rows = [
        replace(athlete(name), rank=rank, irm=irm)
        for name, rank, irm in (
            ("a", "3", None),
            ("b", "1", None),
            ("c", "1", None),
            ("d", "2", "DSQ"),
            ("e", None, None),
        )
    ]
    looked_at = suspect(*rows)
    assert [(rank, row.id) for rank, row in looked_at.ranked] == [(1, "b"), (1, "c"), (3, "a")]
    assert looked_at.shared == {"1"}


def test_only_ranks_of_several_are_shared():
    """Those who have none share nothing."""
    assert suspect(athlete("a"), athlete("b"), replace(athlete("c"), rank="1")).shared == frozenset()


def test_a_place_that_is_not_filled_is_nobody():
    """TBD and NOCOMP are rows, but no competitors."""
    looked_at = suspect(athlete("a"), athlete("TBD"))
    assert [row.id for row in looked_at.present] == ["a"]


def test_it_is_where_its_topic_is():
    """The six tokens in front of the kind, and the discipline among them."""
    assert (suspect().place, suspect().discipline) == ("XG2030.ATH.M.100M.FNL.000100", "ATH")
