from feed.core.sides import Origin, word_of
from tests.core.stories import Story
from tests.core.test_medals import result
from tests.documents import odf
from tests.matches import bracket, match, match_code, place, side, update

CODE, ORIGIN = match_code("SFNL", 1), match_code("QFNL", 1)


def said(*documents: bytes) -> dict[str, tuple]:
    story = Story()
    story.post(*documents)
    return word_of(story.entries[-1]).units


def test_a_start_list_says_who_starts_or_where_from():
    """Somebody, or the winner of another unit, or both."""
    sides = (side(1, "FIN"), side(2, unit=ORIGIN), side(3, "SUI", unit=ORIGIN, wlt="L", value="Q1"))
    units = said(update("XA", 1, match(CODE, "2030-07-03T09:00:00Z", *sides)))
    found = [(each.id, each.noc, each.origin) for each in units[CODE]]
    assert found == [
        ("FIN", "FIN", None),
        (None, None, Origin(ORIGIN, "W", None)),
        ("SUI", "SUI", Origin(ORIGIN, "L", "Q1")),
    ]


def test_a_result_says_who_takes_part_and_how_it_ended():
    """A placeholder is nobody."""
    (units,) = said(result(1, "1 a XAA", "2 TBD XBB", "3 NOCOMP XCC")).values()
    assert [(each.id, each.is_empty) for each in units] == [("a", False), (None, False), (None, True)]


def test_members_are_named_with_their_organisations():
    """Those of a mixed team may be of several."""
    member = '<Athlete Code="{}" Order="1"><Description Organisation="{}"/></Athlete>'
    team = "<Composition>" + member.format(1, "FIN") + member.format(2, "SUI") + "</Composition>"
    row = f'<Result SortOrder="1"><Competitor Code="T" Type="T" Organisation="MIX">{team}</Competitor></Result>'
    ((found,),) = said(odf("XA", body=row)).values()
    assert (list(found.names()), found.nocs, found.noc) == (["T", "1", "2"], ("FIN", "SUI"), "MIX")


def test_a_bracket_speaks_of_all_its_matches():
    """Each under its unit."""
    units = said(bracket("XA", 1, SFNL1=place(1, "FIN") + place(2), SFNL2=place(1, unit=ORIGIN)))
    assert {unit: [each.id for each in sides] for unit, sides in units.items()} == {
        CODE: ["FIN", None],
        match_code("SFNL", 2): [None],
    }


def test_a_unit_of_which_nobody_is_named_says_nothing():
    """An empty start list takes nobody's word back."""
    assert said(update("XA", 1, match(CODE, "2030-07-03T09:00:00Z"))) == {}
