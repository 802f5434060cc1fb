import msgspec
import pytest

from feed.core.changes import Before, changes_of, read_before
from schemas.competitor import Change, Competitor
from schemas.result import ResultBody
from schemas.result_parts import RecordMark
from tests.core.makers import candidate, stored

WORLD = RecordMark(record_type="WR", code="ATHM100M")


def row(text: str, **more: object) -> Competitor:
    """`a 1 9.79` is rank 1 for a with that result."""
    name, *rest = text.split()
    rank, result = [*rest, None, None][:2]
    return Competitor(id=name, kind="athlete", rank=rank, result=result, **more)


def before(*rows: Competitor, status: str | None = "UNOFFICIAL") -> Before:
    """As it is read from the text that subscribers got."""
    return read_before(stored(7, candidate(status=status, body=ResultBody(competitors=rows))).json)


def told(was: Before, *rows: Competitor) -> list[str] | None:
    changes = changes_of(was, ResultBody(competitors=rows))
    return None if changes is None else [f"{each.who} {each.field} {each.from_}->{each.to}" for each in changes]


def test_a_swap_is_told_of_both():
    """In the order in which they stood before; a gap that follows from it is not told."""
    was = before(row("a 1 9.79", diff="0.0"), row("b 2 9.79"), row("c 3 9.81"))
    swapped = told(was, row("b 1 9.784"), row("a 2 9.789", diff="0.005"), row("c 3 9.81"))
    assert swapped == ["a rank 1->2", "a result 9.79->9.789", "b rank 2->1", "b result 9.79->9.784"]


@pytest.mark.parametrize("status", ["UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "PROVISIONAL", "PROTESTED", "PARTIAL"])
def test_what_could_be_called_can_change(status: str):
    """All statuses in which play is over."""
    assert told(before(row("a 1"), status=status), row("a 2")) == ["a rank 1->2"]


@pytest.mark.parametrize("status", [None, "START_LIST", "LIVE", "INTERMEDIATE", "NEW"])
def test_what_was_still_going_on_changes_nothing(status: str | None):
    """Nobody could call it."""
    assert told(before(row("a 1"), status=status), row("b 1")) == []


def test_the_same_is_no_change():
    """Nor is a value that was absent and is empty now."""
    assert told(before(row("a 1 9.79", wlt="W")), row("a 1 9.79", wlt="W", irm="")) == []


def test_what_was_not_said_before_is_no_change():
    """First ranks, qualification marks and records come late; a shared rank says nothing before there is one."""
    late = row("a 1 9.79", qualification_mark="Q", records=(WORLD,), wlt="W", rank_equal=True)
    assert told(before(row("a")), late) == []


def test_an_invalid_result_mark_is_one_though():
    """Who has none is in the race: a disqualification is told, and all that was taken with it."""
    was = before(row("a 1 9.79", records=(WORLD,), qualification_mark="Q"))
    assert told(was, row("a", irm="DSQ")) == [
        "a rank 1->None",
        "a result 9.79->None",
        "a irm None->DSQ",
        "a qualification_mark Q->None",
        f"a records {(WORLD,)}->None",
    ]


def test_a_rank_that_is_shared_now():
    """Or not any more: both are told."""
    assert told(before(row("a 1")), row("a 1", rank_equal=True)) == ["a rank_equal False->True"]
    assert told(before(row("a 1", rank_equal=True)), row("a 2")) == ["a rank 1->2", "a rank_equal True->False"]


def test_who_appears_and_who_vanishes():
    """The rank of who vanished is told; a row without anybody is nobody."""
    found = told(before(row("a 1"), row("TBD")), row("b 1"), row("BYE"))
    assert found == ["a id a->None", "a rank 1->None", "b id None->b"]
    assert told(before(row("a 1"), status="PARTIAL"), row("a 1"), row("b 2")) == []


def test_one_competitor_in_several_rows():
    """They are told apart by their order."""
    assert told(before(row("a 1 8"), row("a 2 7")), row("a 1 9"), row("a 2 7")) == ["a result 8->9"]


def test_a_body_that_is_kept_apart_tells_nothing():
    """Unknown is not none."""
    assert told(msgspec.structs.replace(before(), body=None), row("a 1")) is None


def test_a_change_says_from_and_to():
    """The names that a subscriber reads."""
    change = Change(who="a", field="rank", from_="1", to=None)
    assert msgspec.json.encode(change) == b'{"who":"a","field":"rank","from":"1","to":null}'
