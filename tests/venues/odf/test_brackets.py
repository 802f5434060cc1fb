"""What a bracket says, and what it does not (General Messages, DT_BRACKETS)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from feed.candidate import Candidate
from schemas.bracket import BracketBody, Contestant, Match, Place, Round, Tree
from schemas.contender import PLACEHOLDERS
from schemas.message import Mentions

Accept = Callable[[bytes], Candidate]
Build = Callable[..., bytes]
SEMI_FINALS = ("BOXM57KG--------------SFNL000100--", "BOXM57KG--------------SFNL000200--")


@pytest.fixture
def final(accept: Accept, odf: Build) -> Callable[..., BracketBody]:
    """The bracket of one final with these places."""

    def read(*places: str) -> BracketBody:
        item = f'<BracketItem Order="1" Position="1">{"".join(places)}</BracketItem>'
        tree = f'<Bracket Code="FNL"><BracketItems Code="FNL-">{item}</BracketItems></Bracket>'
        document = odf(f"<Competition>{tree}</Competition>", DocumentType="DT_BRACKETS")
        body = accept(document).message.body
        assert isinstance(body, BracketBody)
        return body

    return read


Final = Callable[..., BracketBody]


def places_of(body: BracketBody) -> tuple[Place, ...]:
    (tree,) = body.brackets
    (final_round,) = tree.rounds
    (match,) = final_round.matches
    return match.places


def previous(unit: str, wlt: str) -> str:
    return f'<PreviousUnit Unit="{unit}" WLT="{wlt}"/>'


def test_a_place_that_is_not_decided_has_no_competitor(final: Final):
    """It tells where somebody will come from; the other side is there as soon as it is known."""
    first, second = SEMI_FINALS
    one = f'<CompetitorPlace Pos="1">{previous(first, "W")}<Competitor Code="9" Type="A"/></CompetitorPlace>'
    other = f'<CompetitorPlace Pos="2" Code="TBD">{previous(second, "W")}</CompetitorPlace>'
    body = final(one, other)
    assert places_of(body) == (
        Place(pos="1", previous_unit=first, previous_wlt="W", competitor=Contestant(id="9", kind="athlete")),
        Place(pos="2", code="TBD", previous_unit=second, previous_wlt="W"),
    )
    assert body.mentions() == Mentions(None, (), ("9",))


@pytest.mark.parametrize("code", sorted(PLACEHOLDERS))
def test_a_placeholder_stays_what_it_is(code: str, final: Final):
    """In the place of a competitor or as its id: nobody is made up, and nobody hears of it as of an athlete."""
    body = final(
        f'<CompetitorPlace Code="{code}"/>', f'<CompetitorPlace><Competitor Code="{code}" Type="A"/></CompetitorPlace>'
    )
    assert places_of(body) == (Place(code=code), Place(competitor=Contestant(id=code, kind="athlete")))
    assert body.mentions() == Mentions()


def test_a_result_decides_no_later_place(accept: Accept, odf: Build):
    """A won semi-final does not fill the final before the venue does: it may be protested."""
    won = '<CompetitorPlace Pos="1" WLT="W" Result="3"><Competitor Code="9" Type="A"/></CompetitorPlace>'
    rounds = (
        f'<BracketItems Code="FNL-"><BracketItem><CompetitorPlace Code="TBD">{previous(SEMI_FINALS[0], "W")}'
        '</CompetitorPlace></BracketItem></BracketItems><BracketItems Code="SFNL">'
        f'<BracketItem Unit="{SEMI_FINALS[0]}">{won}</BracketItem></BracketItems>'
    )
    document = odf(f'<Competition><Bracket Code="FNL">{rounds}</Bracket></Competition>', DocumentType="DT_BRACKETS")
    waiting = Place(code="TBD", previous_unit=SEMI_FINALS[0], previous_wlt="W")
    winner = Place(pos="1", wlt="W", result="3", competitor=Contestant(id="9", kind="athlete"))
    assert accept(document).message.body == BracketBody(
        brackets=(
            Tree(
                code="FNL",
                rounds=(
                    Round(code="FNL-", matches=(Match(places=(waiting,)),)),
                    Round(code="SFNL", matches=(Match(unit=SEMI_FINALS[0], places=(winner,)),)),
                ),
            ),
        )
    )


@pytest.mark.shared
def test_real_brackets_lose_nothing(shared: Path, accept: Accept):
    """Every value of them is in the message."""
    documents = sorted((shared / "data" / "odf").rglob("*DT_BRACKETS-*.xml"))
    assert documents
    for document in documents:
        body = accept(document.read_bytes()).message.body
        assert isinstance(body, BracketBody)
        assert body.brackets
        assert body.unmapped is UNSET
