import pytest

from feed.core.scope import WHOLE, Scope
from schemas.topic import BadKeyError

TOPIC = "XG2030.ATH.M.100M.FNL.000100.result"


@pytest.mark.parametrize(
    "competitions, disciplines, holds",
    [
        ([], [], True),
        (["XG2030"], [], True),
        ([], ["ATH"], True),
        (["XG2031", "XG2030"], ["SWM", "ATH"], True),
        (["XG2031"], [], False),
        ([], ["SWM"], False),
        (["XG2030"], ["SWM"], False),
        (["XG2031"], ["ATH"], False),
        (["XG20"], [], False),
        ([], ["AT"], False),
        (["ATH"], ["XG2030"], False),
    ],
)
# `holds` is a case
def test_a_topic_lies_inside_by_its_first_two_tokens(competitions: list[str], disciplines: list[str], holds: bool):  # noqa: FBT001
    """Both have to be named, or left open; whole tokens are compared."""
    scope = Scope.of(competitions, disciplines)
    assert scope.covers(TOPIC) is scope.holds(TOPIC, ()) is holds


@pytest.mark.parametrize(
    "venues, about, holds",
    [
        ([], [], True),
        ([], ["STA"], True),
        (["STA"], ["STA"], True),
        (["STA"], ["STA", None], True),
        (["STA"], [None, "STA"], True),
        (["AQC", "STA"], ["POO", "STA"], True),
        (["STA"], ["AQC"], False),
        (["STA"], ["STA1"], False),
        (["STA"], [], False),
        (["STA"], [None, None], False),
        ([""], [None, None], False),
        (["*"], ["*"], False),
    ],
)
# `holds` is a case
def test_a_message_lies_inside_by_one_of_its_venues(venues: list[str], about: list[str | None], holds: bool):  # noqa: FBT001
    """What names none, or one too long to be told, is nobody's who is limited to venues."""
    scope = Scope.of(["XG2030"], ["ATH"], venues)
    assert scope.is_at(about) is scope.holds(TOPIC, about) is holds
    assert not scope.holds(TOPIC.replace("ATH", "SWM"), about)


def test_equal_scopes_are_one():
    """Order and repetition make no difference, so that readers share bytes."""
    assert Scope.of(["B", "A", "B"], ["Y", "X"], ["W", "V"]) == Scope.of(["A", "B"], ["X", "Y"], ["V", "W", "V"])
    assert len({Scope.of([], []), WHOLE}) == 1
    assert WHOLE.is_whole
    assert not Scope.of(["A"], []).is_whole
    assert not Scope.of([], [], ["A"]).is_whole


def test_codes_are_written_as_in_topics():
    """A code with odd characters is escaped; a wildcard is no wildcard; a dash stands for entities without a code."""
    assert Scope.of(["É", "*", ">"], ["-"], ["É", "-"]) == Scope(("~2A", "~3E", "~C3~89"), ("-",), ("~2D", "~C3~89"))
    assert Scope.of([], ["-"]).covers("XG2030.-.-.-.-.S1.document")
    with pytest.raises(BadKeyError):
        Scope.of(["\ud800"], [])
    with pytest.raises(BadKeyError):
        Scope.of([], [], ["\ud800"])
