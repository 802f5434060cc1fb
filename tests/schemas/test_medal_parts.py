import json

import pytest

from schemas.medal_parts import (
    DisciplineMedals,
    EventMedals,
    GenderMedals,
    Medal,
    Medallist,
    MedalsByDiscipline,
    medallists_of,
)
from schemas.message import Mentions
from schemas.result_parts import Member, MemberTeam
from schemas.wire import _encoder

FIRST, SECOND, THIRD = (
    Medallist(id=id_, kind="athlete", noc=noc) for id_, noc in (("1", "XAA"), ("2", "XBB"), ("3", ""))
)


@pytest.mark.parametrize(
    "part, always",
    [
        (Medallist(id="1"), "id kind noc name order members"),
        (Medal(medal="gold"), "medal date unit competitors"),
        (EventMedals(code="E"), "code name date medals"),
        (DisciplineMedals(code="D"), "code events_total events_finished events"),
        (MedalsByDiscipline(), "disciplines"),
    ],
)
def test_what_the_ledger_needs_is_always_there(part: object, always: str):
    """Also where nothing is known; the other fields are left out."""
    assert set(json.loads(_encoder.encode(part))) == set(always.split())


def test_medallists_are_those_of_all_medals_in_their_order():
    """Two golds are two competitors of one medal, two bronzes may be two medals."""
    medals = (
        Medal(medal="gold", competitors=(FIRST, SECOND)),
        Medal(medal="bronze"),
        Medal(medal="bronze", competitors=(THIRD,)),
    )
    assert list(medallists_of(medals)) == [FIRST, SECOND, THIRD]


def test_mentions_are_of_all_disciplines_events_and_teams_of_teams():
    """Each once, in order of appearance, also below a gender; a medal that is not awarded mentions nobody."""
    member = Member(id="4", noc="XCC")
    team = Medallist(
        id="T1", kind="team", noc="XAA", teams=(MemberTeam(id="T2", members=(member,)), MemberTeam(id="T3"))
    )
    nobody = Medallist(id="NO_AWARD", kind="athlete")
    one, two = EventMedals(code="1", medals=(Medal(medal="gold", competitors=(FIRST, nobody)),)), EventMedals(code="2")
    three = EventMedals(code="3", medals=(Medal(medal="gold", competitors=(team, SECOND, FIRST)),))
    old = DisciplineMedals(code="AR", genders=(GenderMedals(code="W", events=(one,)), GenderMedals(code="M")))
    body = MedalsByDiscipline(disciplines=(old, DisciplineMedals(code="FEN", events=(two, three))), venue="HAL")
    assert old.all_events == (one,)
    assert body.mentions() == Mentions("HAL", ("XAA", "XCC", "XBB"), ("1", "4", "2"))
