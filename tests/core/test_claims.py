import pytest

from feed.core.claims import Level, historical_in, invalid_in, said_by, same
from feed.venues.odf import decode
from schemas.competitor import Decision
from schemas.registry import AnyMessage
from tests.core.record_makers import EVENT, RECEIPT, heat, mark, of_type, records, stood, swim


def read(document: bytes) -> AnyMessage:
    (candidate,) = decode(document, RECEIPT).candidates
    return candidate.message


def claims(document: bytes) -> list[tuple[str, str | None, str | None, Level]]:
    """Type, holder, value and level of what a document claims."""
    return [
        (said.claim.record_type, said.claim.holder.id, said.claim.result, said.level)
        for said in said_by(read(document))
    ]


@pytest.mark.parametrize(
    "status, level", [("LIVE", Level.PENDING), ("UNOFFICIAL", Level.PENDING), ("OFFICIAL", Level.SIGNED)]
)
def test_a_mark_is_as_sure_as_its_result(status: str, level: Level):
    """Nothing stands before it is signed."""
    assert claims(heat(1, swim("a", "46.39", mark("WR")), status=status)) == [("WR", "a", "46.39", level)]


def test_what_is_open_keeps_a_signed_mark_pending():
    """As later messages told it, whatever the result itself says."""
    message = read(heat(1, swim("a", "46.39", mark("WR"))))
    (said,) = said_by(message, Decision(pending=True))
    assert said.level is Level.PENDING


def test_own_bests_are_no_claims():
    """Nor are marks of somebody with an invalid result."""
    assert claims(heat(1, swim("a", "46.39", mark("PB"), mark("SB")), swim("b", "", mark("WR"), irm="DSQ"))) == []
    assert invalid_in(read(heat(1, swim("b", "", irm="DSQ"), swim("a", "46.39")))) == {"b": "DSQ"}


def test_a_letter_in_front_says_equalled():
    """Shooting and modern pentathlon name equalled records as types of their own."""
    (said,) = said_by(read(heat(1, swim("a", "46.40", mark("EWR")))))
    assert (said.claim.record_type, said.claim.equalled) == ("WR", True)


def test_a_national_record_is_that_of_the_holders_organisation():
    """Two organisations have two."""
    found = said_by(read(heat(1, swim("a", "46.39", mark("NR")), swim("b", "46.50", mark("NR"), noc="XBB"))))
    assert [said.claim.subcode for said in found] == ["XAA", "XBB"]


def test_a_mark_said_twice_is_one_claim():
    """The same performance, whatever one of them leaves out."""
    (said,) = said_by(read(heat(1, swim("a", "46.39", mark("WR"), mark("WR", order=2)))))
    other = said_by(read(heat(2, swim("a", "46.390", mark("WR")))))[0].claim
    assert same(said.claim, other)
    assert not same(said.claim, said_by(read(heat(2, swim("a", "46.38", mark("WR")))))[0].claim)


def test_a_list_tells_what_stood_and_what_is_new():
    """What happened here is claimed, what is older stood before."""
    new = stood("a", "46.39", f'Unit="{"SWMM100MFR------------HEAT000100--"}"')
    message = read(records(1, of_type("WR", stood("old", "46.40"), new)))
    assert [(said.claim.holder.id, said.claim.result) for said in said_by(message)] == [("a", "46.39")]
    ((key, (_, holdings)),) = historical_in(message.body).items()
    assert (key, [each.result for each in holdings]) == (("WR", None), ["46.40"])


def test_nothing_is_claimed_by_what_is_taken_back():
    """Nor by nothing."""
    assert said_by(None) == []
    assert said_by(read(heat(1, swim("a", "46.39", mark("WR", code=EVENT)))))
