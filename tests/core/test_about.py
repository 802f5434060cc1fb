import pytest

from feed.core.about import ABOUT, ANY, NAMES_MAX, About, read_about, told
from feed.core.index import NOTHING_LEFT, TOO_MANY_TO_LIST, Index, Left
from feed.errors import ErrorName, ReaderError
from schemas.message import Op

LEFT = Left(venue="STB", nocs="ITA", athletes="9", status="LIVE")


def index(*, left: Left = NOTHING_LEFT, op: Op = Op.PUT, athletes: str = "1,2") -> Index:
    return Index(1, 0, 0, "h", op, "OFFICIAL", venue="STA", nocs="FRA,USA", athletes=athletes, left=left)


def wish(**named: str) -> About:
    return read_about({name: values.split(",") for name, values in named.items()})


def test_nothing_named_is_anything():
    """Not even a message about nobody is kept out."""
    assert not ANY
    assert ANY.concerns(index())
    assert read_about(dict.fromkeys(ABOUT, ())) == ANY


@pytest.mark.parametrize(
    "named, concerns",
    [
        ({"noc": "FRA"}, True),
        ({"noc": "GER,USA"}, True),
        ({"noc": "GER"}, False),
        ({"athlete": "2"}, True),
        ({"athlete": "12"}, False),
        ({"venue": "STA"}, True),
        ({"venue": "STB"}, False),
        ({"status": "OFFICIAL"}, True),
        ({"status": "LIVE"}, False),
        ({"noc": "FRA", "status": "OFFICIAL"}, True),
        ({"noc": "FRA", "status": "LIVE"}, False),
    ],
)
def test_one_of_each_kind_has_to_fit(named: dict[str, str], *, concerns: bool):
    """Values of a kind are joined by OR, kinds by AND."""
    assert wish(**named).concerns(index()) is wish(**named).holds(index()) is concerns


@pytest.mark.parametrize("named", [{"noc": "ITA"}, {"athlete": "9"}, {"venue": "STB"}, {"status": "LIVE"}])
def test_who_follows_something_hears_of_what_leaves_it(named: dict[str, str]):
    """But it is no part of what stands."""
    assert wish(**named).concerns(index(left=LEFT))
    assert not wish(**named).holds(index(left=LEFT))


def test_too_many_to_be_listed_come_to_all():
    """Nobody knows who is among them: nothing may be missed."""
    assert wish(athlete="77").concerns(index(athletes=TOO_MANY_TO_LIST))


def test_what_is_most_telling_comes_first():
    """A filter is found by that."""
    assert [name for name, _ in wish(status="LIVE", noc="FRA", athlete="1").named()] == ["athlete", "noc", "status"]


def test_what_is_told_of_each_kind():
    """What it has, then what it leaves."""
    found = {name: told(index(left=LEFT), name) for name in ABOUT}
    assert found == {
        "athlete": ("1", "2", "9"),
        "noc": ("FRA", "USA", "ITA"),
        "venue": ("STA", "STB"),
        "status": ("OFFICIAL", "LIVE"),
    }


@pytest.mark.parametrize(
    "named", [{"noc": "fra"}, {"noc": ""}, {"venue": "S A"}, {"status": "x"}, {"athlete": ""}, {"athlete": "1" * 65}]
)
def test_what_can_never_match_is_an_error(named: dict[str, str]):
    """It names the parameter and the value."""
    with pytest.raises(ReaderError) as refused:
        wish(**named)
    assert refused.value.name is ErrorName.BAD_FILTER
    assert next(iter(named)) in refused.value.detail


def test_there_may_not_be_too_many():
    """Of all kinds together."""
    read_about({"athlete": [str(number) for number in range(NAMES_MAX)]})
    with pytest.raises(ReaderError, match=str(NAMES_MAX)):
        read_about({"athlete": [str(number) for number in range(NAMES_MAX)], "noc": ["FRA"]})


def test_ids_are_compared_as_headers_have_them():
    """A comma in an id is no separator there."""
    assert wish_of("a,b").concerns(index(athletes="a~2Cb,2"))
    assert not wish_of("a").concerns(index(athletes="a~2Cb,2"))


def wish_of(athlete: str) -> About:
    return read_about({"athlete": [athlete]})
