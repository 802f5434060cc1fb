from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from feed.candidate import Candidate, Decoded
from feed.refusals import Reason
from schemas.medal_parts import Medal, Medallist, medallists_of
from schemas.medallists import Medallists, MedallistsBody
from schemas.medals import Medals
from schemas.message import Mentions, Remark

Accept = Callable[[bytes], Candidate]
Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
EVENT = {"DocumentCode": "JUDM60KG--------------------------", "DocumentType": "DT_MEDALLISTS"}
BRONZES = [
    Medallist(id="1", kind="athlete", noc="XAA", order="1"),
    Medallist(id="2", kind="athlete", noc="XBB", order="2"),
]


def body_of(candidate: Candidate) -> MedallistsBody:
    assert isinstance(candidate.message.body, MedallistsBody)
    return candidate.message.body


@pytest.mark.parametrize("between", ["", '</Medal><Medal Code="ME_BRONZE" Date="2030-07-03" Unit="U2">'])
def test_two_bronzes_are_told_in_either_way(between: str, accept: Accept, odf: Build):
    """Two competitors of one medal, or a medal for each of the two units that decide one."""
    text = '<Competitor Code="{}" Type="A" Organisation="{}" Order="{}"><Composition/></Competitor>'
    first, second = (text.format(each.id, each.noc, each.order) for each in BRONZES)
    medals = f'<Medal Code="ME_BRONZE" Date="2030-07-03" Unit="U1">{first}{between}{second}</Medal>'
    candidate = accept(odf(f"<Competition>{medals}</Competition>", **EVENT))
    body = body_of(candidate)
    assert list(medallists_of(body.medals)) == BRONZES
    assert {medal.medal for medal in body.medals} == {"bronze"}
    assert [medal.unit for medal in body.medals] == (["U1", "U2"] if between else ["U1"])
    assert candidate.message.topic == "XG2030.JUD.M.60KG.-.-.medallists"
    assert candidate.message.remarks == (Remark.ZONE_ASSUMED,)


def test_a_medal_that_is_not_awarded_has_no_medallist(accept: Accept, odf: Build):
    """The placeholder is told as it was sent, and nobody is mentioned."""
    medal = '<Medal Code="ME_SILVER"><Competitor Code="NO_AWARD" Type="A" Order="1" Organisation=""/></Medal>'
    body = body_of(accept(odf(f"<Competition>{medal}</Competition>", **EVENT)))
    assert body.medals == (Medal(medal="silver", competitors=(Medallist(id="NO_AWARD", kind="athlete", order="1"),)),)
    assert body.mentions() == Mentions()


def test_a_medal_of_another_metal_flows(accept: Accept, odf: Build):
    """Its code is told as sent, remarked."""
    candidate = accept(odf('<Competition><Medal Code="ME_WOOD"/></Competition>', **EVENT))
    assert body_of(candidate).medals == (Medal(medal="ME_WOOD"),)
    assert Remark.UNKNOWN_CODE in candidate.message.remarks


def test_a_count_that_is_no_number_is_refused(decode: Decode, odf: Build):
    """Standings that cannot be counted are worth nothing."""
    path = "MedalStandings/MedalSummary/MedalNumber"
    number = '<MedalNumber Type="TOT" Gold="many"/>'
    body = f"<Competition><MedalStandings><MedalSummary>{number}</MedalSummary></MedalStandings></Competition>"
    refusal = decode(odf(body, DocumentType="DT_MEDALS")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, f"/OdfBody/Competition/{path}/@Gold")


@pytest.mark.shared
def test_real_medallists_and_standings_are_read_whole(shared: Path, decode: Decode):
    """Nothing of them is left over, and each medal of a real list tells what the ledger needs."""
    paths = list((shared / "data" / "odf").rglob("*DT_MEDAL*.xml"))
    assert len(paths) == 11
    for path in paths:
        (candidate,) = decode(path.read_bytes()).candidates
        message = candidate.message
        assert isinstance(message, Medallists | Medals)
        assert message.body is not None
        assert (message.remarks, message.body.unmapped) == ((), UNSET), path.name
        if isinstance(message, Medallists) and message.body is not None:
            assert all(medal.medal in {"gold", "silver", "bronze"} and medal.unit for medal in message.body.medals)
            assert all(each.kind and each.noc and each.name for each in medallists_of(message.body.medals))
