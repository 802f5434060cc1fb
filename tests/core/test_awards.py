import pytest
from msgspec import UNSET
from msgspec.structs import replace

from feed.core.awards import WHOLE_EVENT, awards_of, medal_by_form
from schemas.competitor import Competitor, Decision
from schemas.cumulative_result import CumulativeResult, CumulativeResultBody
from schemas.ledger import MedalView
from schemas.medal_parts import Medal, Medallist
from schemas.medallists import Medallists, MedallistsBody
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.result import Result, ResultBody
from schemas.result_parts import Member
from schemas.rsc import Rsc, parse_code
from tests.core.makers import candidate

FINAL = "ATHM100M--------------FNL-000100--"
SEMIFINAL = "BOXM57KG--------------SFNL000100--"
OFFICIAL, PROVISIONAL = MedalView.OFFICIAL, MedalView.PROVISIONAL


def row(id_: str, rank: str | None = None, wlt: str | None = None, kind: str = "athlete") -> Competitor:
    return Competitor(id=id_, kind=kind, noc=f"X{id_}", rank=rank, wlt=UNSET if wlt is None else wlt)


def result(*rows: Competitor, status: str | None = "OFFICIAL", unit: str = FINAL) -> Result:
    message = candidate(status=status, body=ResultBody(competitors=rows)).message
    assert isinstance(message, Result)
    return replace(message, code=unit, unit=unit)


def medallists(*medals: Medal, status: str = "OFFICIAL") -> Medallists:
    like = result(status=status)
    fields = {name: getattr(like, name) for name in like.__struct_fields__}
    return Medallists(**fields | {"unit": None, "body": MedallistsBody(medals=medals)})


def told(message: AnyMessage, view: MedalView = OFFICIAL, medal: str | None = "1") -> dict[str, list[str]] | None:
    found = awards_of(message, view, medal)
    if found is None:
        return None
    return {unit: [f"{award.winner.id} {award.medal}" for award in awards] for unit, awards in found.items()}


@pytest.mark.parametrize(
    "ranks, medals",
    [
        (("1", "2", "3", "4"), ["a gold", "b silver", "c bronze"]),
        (("1", "1", "3"), ["a gold", "b gold", "c bronze"]),
        (("1", "2", "2", "4"), ["a gold", "b silver", "c silver"]),
        (("1", "2", "3", "3"), ["a gold", "b silver", "c bronze", "d bronze"]),
        (("1", None, "2"), ["a gold", "c silver"]),
    ],
)
def test_medals_go_by_rank(ranks: tuple[str | None, ...], medals: list[str]):
    """Who ties shares a medal and the next is left out; who has no rank has none."""
    rows = [row(name, rank) for name, rank in zip("abcd", ranks, strict=False)]
    assert told(result(*rows)) == {FINAL: medals}


@pytest.mark.parametrize(
    "medal, unit, awards",
    [
        ("1", FINAL, ["a gold", "b silver"]),
        ("3", FINAL, ["a bronze"]),
        ("3", SEMIFINAL, ["b bronze"]),
        ("", FINAL, []),
    ],
)
def test_head_to_head_it_is_who_won(medal: str, unit: str, awards: list[str]):
    """Gold and silver, or bronze: of a match for it the winner's, of a semi-final the loser's."""
    assert told(result(row("a", wlt="W"), row("b", wlt="L"), unit=unit), medal=medal) == {unit: awards}


@pytest.mark.parametrize(
    "ranks, awards",
    [(("3", "4"), ["a bronze"]), (("4", "3"), ["b bronze"]), (("3", "3"), ["a bronze", "b bronze"]), (("1", "2"), [])],
)
def test_a_match_for_bronze_may_be_ranked_within_the_event(ranks: tuple[str, str], awards: list[str]):
    """Shooting and track cycling name no winner: who is third has the medal."""
    rows = [row(name, rank) for name, rank in zip("ab", ranks, strict=True)]
    assert told(result(*rows), medal="3") == {FINAL: awards}


def test_a_final_for_lower_places_gives_no_bronze():
    """The B final of a race has the code of a match for bronze, and somebody who is third in it."""
    assert told(result(row("a", "1"), row("b", "2"), row("c", "3")), medal="3") == {FINAL: []}


def test_an_undecided_match_gives_nothing():
    """Sides without an outcome, and a placeholder in the place of one."""
    assert told(result(row("a"), row("b"))) == {FINAL: []}
    assert told(result(row("a", wlt="W"), row("TBD"))) == {FINAL: []}


@pytest.mark.parametrize(
    "status, official, provisional",
    [
        ("START_LIST", None, []),
        ("LIVE", None, []),
        ("INTERMEDIATE", None, []),
        ("UNCONFIRMED", None, ["a gold"]),
        ("UNOFFICIAL", None, ["a gold"]),
        ("OFFICIAL", ["a gold"], ["a gold"]),
        ("PROTESTED", None, ["a gold"]),
        ("PROVISIONAL", None, ["a gold"]),
        (None, None, []),
    ],
)
def test_only_a_signed_result_speaks_of_official_medals(
    status: str | None, official: list[str] | None, provisional: list[str]
):
    """The provisional view follows the newest version; while it is played nobody has won."""
    message = result(row("a", "1"), status=status)
    assert told(message) == (None if official is None else {FINAL: official})
    assert told(message, PROVISIONAL) == {FINAL: provisional}


def test_an_open_decision_gives_no_medal():
    """A photo finish takes back what an earlier version gave; a protest leaves the order as it is."""
    body = ResultBody(competitors=(row("a", "1"),), decision=Decision(pending=True, reason="photo_finish"))
    assert told(replace(result(status="UNOFFICIAL"), body=body), PROVISIONAL) == {FINAL: []}
    protested = replace(body, decision=Decision(pending=True, reason="protest"))
    assert told(replace(result(status="PROTESTED"), body=protested), PROVISIONAL) == {FINAL: ["a gold"]}


def test_medallists_speak_by_unit():
    """Each medal of its own unit, or of the event as a whole; what is not awarded is nobody's."""
    gold = Medal(medal="gold", unit=FINAL, competitors=(Medallist(id="a", kind="athlete"), Medallist(id="b")))
    silver = Medal(medal="silver", unit=FINAL, competitors=(Medallist(id="NO_AWARD"),))
    bronze = Medal(medal="bronze", competitors=(Medallist(id="c", kind="team", members=(Member(id="1"),)),))
    unknown = Medal(medal="ME_TIN", competitors=(Medallist(id="d"),))
    found = awards_of(medallists(gold, silver, bronze, unknown), OFFICIAL)
    assert found is not None
    assert told(medallists(gold, silver, bronze)) == {FINAL: ["a gold", "b gold"], WHOLE_EVENT: ["c bronze"]}
    assert found[WHOLE_EVENT][0].winner.athletes == ("1",)
    assert found[FINAL][0].winner.athletes == ("a",)


@pytest.mark.parametrize("status, counts", [("PARTIAL", True), ("OFFICIAL", True), ("UNOFFICIAL", False)])
def test_medals_that_are_certain_count(status: str, *, counts: bool):
    """PARTIAL medallists are final as far as they go."""
    gold = Medal(medal="gold", unit=FINAL, competitors=(Medallist(id="a"),))
    assert (told(medallists(gold, status=status)) is not None) is counts


@pytest.mark.parametrize("view", MedalView)
def test_what_is_withdrawn_takes_its_medals_back(view: MedalView):
    """A result those of its unit, medallists all that they said."""
    assert told(replace(result(status="LIVE"), op=Op.WITHDRAWN, body=None), view) == {FINAL: []}
    assert told(replace(medallists(), op=Op.WITHDRAWN, body=None), view) == {}


def test_a_total_speaks_of_the_whole_event():
    """Its code is no unit's."""
    like = result()
    fields = {name: getattr(like, name) for name in like.__struct_fields__}
    total = CumulativeResult(**fields | {"unit": None, "body": CumulativeResultBody(competitors=(row("a", "1"),))})
    assert told(total) == {WHOLE_EVENT: ["a gold"]}


@pytest.mark.parametrize(
    "code, medal",
    [
        (FINAL, "1"),
        (FINAL.replace("000100", "000200"), "3"),
        (FINAL.replace("000100", "000300"), None),
        (FINAL.replace("000100--", "00010000"), "1"),
        (FINAL.replace("000100--", "00010001"), None),
        (SEMIFINAL, None),
    ],
)
def test_without_a_schedule_the_code_has_to_do(code: str, medal: str | None):
    """The first unit of a final is for gold, the second for bronze; of one with subunits it is the whole."""
    found = parse_code(code)
    assert isinstance(found, Rsc)
    assert medal_by_form(found) == medal
