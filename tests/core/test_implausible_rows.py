import pytest

from tests.core.scrutiny import Scrutiny
from tests.results import record, result, row

RUN = "ATHM100M--------------FNL-000100--"
BIATHLON = "BTHM12.5KMPU----------FNL-000100--"
MATCH = "JUDM66KG--------------FNL-000100--"


def timed(*texts: str, code: str = RUN, kind: str = "TIME", status: str = "OFFICIAL") -> list[str]:
    """The rules that a result breaks whose ranks are 1, 2, 3 ... in this order."""
    rows = (row(str(rank), Rank=str(rank), Result=text, ResultType=kind) for rank, text in enumerate(texts, 1))
    return Scrutiny().rules(result(code, *rows, status=status))


def split(at: str, finish: str, code: str = "INTERMEDIATE", **values: str) -> list[str]:
    """The rules that one row breaks with this split."""
    part = f'<ExtendedResult Type="PROGRESS" Code="{code}" Pos="1" Value="{at}"/>'
    told = {"Result": finish, "ResultType": "TIME"} | values
    return Scrutiny().rules(result(RUN, row("1", inner=f"<ExtendedResults>{part}</ExtendedResults>", **told)))


def told(noc: str, kind: str, status: str = "LIVE") -> list[str]:
    return Scrutiny().rules(result(RUN, row("1", noc, record(kind)), status=status))


def test_rank_one_has_the_best_result():
    """The less the better for times, the more for distances and weights; equal ones and points are let be."""
    assert timed("9.79", "9.79", "9.81") == timed("10.00", "9:59.99") == []
    assert timed("9.89", "9.79") == timed("1:00.01", "59.99", status="LIVE") == ["leader_not_best"]
    assert timed("8.10", "8.40", kind="DISTANCE") == ["leader_not_best"]
    assert timed("8.40", "8.10", kind="DISTANCE") == timed("1", "2", "1", kind="POINTS") == []


def test_further_down_it_is_only_remarked():
    """A penalty may put somebody behind slower ones."""
    assert timed("66.08", "84.16", "79.76") == ["order_unlike_results"]
    assert timed("9.50", "8.95", "9.10", kind="DISTANCE") == ["order_unlike_results"]


def test_what_cannot_be_compared_is_not():
    """Start lists, growing values during play, a handicap start, an invalid result, a mark, another type."""
    assert timed("70", "60", kind="STROKES", status="LIVE") == timed("9.89", "9.79", code=BIATHLON) == []
    assert timed("70", "60", kind="STROKES") == ["leader_not_best"]
    assert timed("NT", "9.79") == []
    rows = (row("1", Rank="1", Result="9.89", ResultType="TIME", IRM="DSQ"), row("2", Rank="2", Result="9.79"))
    assert Scrutiny().rules(result(RUN, *rows)) == []


def test_a_split_is_not_later_than_the_finish():
    """Cumulative splits alone, of those who have a valid time."""
    assert split("10.06", "10.05") == split("1:00.01", "59.99") == ["split_after_finish"]
    assert split("5.10", "10.05") == split("10.05", "10.05") == split("100", "47.50") == []
    assert split("10.06", "10.05", code="SPEED") == split("10.06", "10.05", IRM="DQ") == []


@pytest.mark.parametrize("noc, kind", [("GER", "AS"), ("JPN", "ER"), ("BRA", "AF")])
def test_a_continental_record_stays_on_its_continent(noc: str, kind: str):
    """Thirty-six lifters had an Asian record once, ten of them Europeans."""
    assert told(noc, kind) == ["record_of_other_continent"]


@pytest.mark.parametrize(
    "noc, kind",
    [("JPN", "AS"), ("BRA", "SA"), ("USA", "NA"), ("AIN", "ER"), ("XXX", "ER"), ("GER", "WR"), ("GER", "AR")],
)
def test_other_records_may_be_of_any_continent(noc: str, kind: str):
    """Neutral and unknown organisations have none, an area record may be of each."""
    assert told(noc, kind) == []


def test_a_start_list_tells_of_no_record():
    """Somebody's own bests are no records and may stand there."""
    assert told("GER", "WR", "START_LIST") == ["record_in_start_list"]
    assert told("GER", "PB", "START_LIST") == told("GER", "SB", "START_LIST") == []


def test_a_match_has_one_winner():
    """Head to head; of four sides two may go on, and both may lose."""
    assert Scrutiny().rules(result(MATCH, row("1", WLT="W"), row("2", WLT="W"))) == ["two_winners"]
    assert Scrutiny().rules(result(MATCH, row("1", WLT="W"), row("2", WLT="L"))) == []
    assert Scrutiny().rules(result(MATCH, row("1", WLT="L"), row("2", WLT="L"))) == []
    four = (row(str(number), WLT="W") for number in range(4))
    assert Scrutiny().rules(result(MATCH, *four)) == []


def test_odd_ranks_are_remarked():
    """Shared without RankEqual, falling with SortOrder, a competitor twice."""
    assert Scrutiny().rules(result(RUN, row("1", Rank="1"), row("2", Rank="1"))) == ["rank_not_shared"]
    shared = (row("1", Rank="1", RankEqual="Y"), row("2", Rank="1", RankEqual="Y"), row("3", Rank="3"))
    assert Scrutiny().rules(result(RUN, *shared)) == []
    assert Scrutiny().rules(result(RUN, row("1", Rank="2"), row("2", Rank="1"))) == ["ranks_out_of_order"]
    assert Scrutiny().rules(result(RUN, row("1"), row("1"))) == ["competitor_twice"]
    assert Scrutiny().rules(result(RUN, row("TBD"), row("TBD"))) == []
    assert Scrutiny().rules(result(RUN, row("1", Rank="9" * 5000), row("2", Rank="x"))) == []


def test_the_end_is_not_before_the_start():
    """As it happened."""
    times = (
        '<ExtendedInfos><UnitDateTime StartDate="2030-07-03T10:{}:00Z" EndDate="2030-07-03T10:30:00Z"/></ExtendedInfos>'
    )
    for minute, rules in (("29", []), ("31", ["ended_before_started"])):
        assert Scrutiny().rules(result(RUN, times.format(minute))) == rules
