"""What a play-by-play says (General Messages, DT_PLAY_BY_PLAY), and what the gate makes of it."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from feed.candidate import Decoded, Listing
from feed.core.lists import Plan
from feed.refusals import Reason
from schemas.message import Op, Remark
from tests.core.set_makers import Set

Decode = Callable[[bytes], Decoded]
Read = Callable[..., Decoded]
Build = Callable[..., bytes]
MATCH = "BKBWTEAM5-------------GPA-000100--"
TOPIC = "XG2030.BKB.W.TEAM5.GPA.000100"
HEAD = f"{TOPIC}.list.actions"
ACTIONS = "/OdfBody/Competition/Actions"


def action(**attributes: str) -> str:
    """An element; `Id` 7 unless told otherwise, an empty one is left out."""
    named = {name: text for name, text in ({"Id": "7"} | attributes).items() if text}
    return f"<Action{''.join(f' {name}={quoteattr(text)}' for name, text in named.items())}/>"


@pytest.fixture
def read(decode: Decode, odf: Build) -> Read:
    """Decode the play-by-play of these actions; `second` is when it was made, `body` replaces its Competition."""

    def document(*actions: str, second: int = 0, body: str | None = None, **header: str | None) -> Decoded:
        inside = f"<Competition><Actions>{''.join(actions)}</Actions></Competition>" if body is None else body
        stamp = {"DocumentType": "DT_PLAY_BY_PLAY", "DocumentCode": MATCH, "Time": f"2000{second:02d}000"}
        return decode(odf(inside, **(stamp | header)))

    return document


def listing_of(decoded: Decoded) -> Listing:
    assert decoded.refusal is None
    assert decoded.listing is not None
    return decoded.listing


def topics_of(decoded: Decoded) -> list[str]:
    assert decoded.refusal is None
    return [candidate.message.topic.removeprefix(f"{TOPIC}.action.") for candidate in decoded.candidates]


@pytest.mark.parametrize(
    "attributes, subcode, topic",
    [
        ({"Period": "Q1"}, None, "Q1.7"),
        ({"Period": "Q1"}, "Q1", "Q1.7"),
        ({}, "Q2", "Q2.7"),
        ({"Period": "OT1"}, "Q2", "OT1.7"),
        ({}, None, "-.7"),
        ({"Id": "", "Order": "12", "Period": "Q1"}, None, "Q1.12"),
        ({"Id": "a.b", "Order": "12", "Period": "Q1"}, None, "Q1.a~2Eb"),
    ],
)
def test_an_action_is_told_by_its_period_and_id(
    read: Read, attributes: dict[str, str], subcode: str | None, topic: str
):
    """The period is its own, else the document's; where an Id is missing, Order is unique in the match (schema)."""
    decoded = read(action(**attributes), DocumentSubcode=subcode)
    assert topics_of(decoded) == [topic]
    (candidate,) = decoded.candidates
    assert (candidate.message.unit, candidate.message.status, candidate.message.remarks) == (MATCH, None, ())


def test_an_action_that_nothing_tells_apart_is_refused(read: Read):
    """Neither Id nor Order: nobody could edit or delete it."""
    refusal = read(action(), action(Id="", Period="Q1")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.NO_KEY, f"{ACTIONS}/Action[2]/@Id")


def test_a_period_reaches_itself_and_the_master_everything(read: Read):
    """All documents of a match write one set; each is a full list of what it is about."""
    period = listing_of(read(DocumentSubcode="Q1", DocumentSubtype="ACTION"))
    master = listing_of(read())
    assert (period.topic, period.full, period.reach) == (HEAD, True, ("Q1",))
    assert (master.topic, master.full, master.reach) == (HEAD, True, None)
    assert (period.document.key, master.document.key) == ("DT_PLAY_BY_PLAY.Q1.ACTION", "DT_PLAY_BY_PLAY")


def test_actions_may_stand_in_several_lists(read: Read):
    """All of them are read (Actions 0..n); what a further list says differently of itself is kept, nothing twice."""
    lists = (
        f'<Actions Home="A" Away="B">{action(Id="1")}</Actions>'
        f'<Actions Home="" Away="C" New="1">{action(Id="2")}<Other/>text</Actions>'
    )
    decoded = read(body=f"<Competition>{lists}</Competition>", DocumentSubcode="Q1")
    assert topics_of(decoded) == ["Q1.1", "Q1.2"]
    assert listing_of(decoded).document.unmapped == {
        f"{ACTIONS}[2]/@Away": "C",
        f"{ACTIONS}[2]/@New": "1",
        f"{ACTIONS}[2]/Other": "<Other/>",
        f"{ACTIONS}[2]/text()": "text",
    }


def test_the_match_as_a_whole_stands_in_the_head(read: Read):
    """Clock, periods and both sides are about all actions, so they are not repeated in each."""
    around = '<Clock Period="Q1" Running="Y" Time="6:41"/><Periods Home="A" Away="B"><Period Code="Q1"/></Periods>'
    about = listing_of(read(body=f"<Competition>{around}<Actions/></Competition>")).document.about
    assert about
    assert about.clock
    assert (about.clock.time, about.home, about.away) == ("6:41", "A", "B")


class Match:
    """The play-by-play of one match, behind the gate; what each document changed, and what is so now."""

    def __init__(self) -> None:
        self.set = Set()

    def take(self, decoded: Decoded) -> list[tuple[str, Op]]:
        found = self.set.take(listing_of(decoded), list(decoded.candidates))
        assert isinstance(found, Plan)
        written = [change.candidate.message for change in found.changes]
        assert written[-1].topic == HEAD
        return [(each.topic.removeprefix(f"{TOPIC}.action."), each.op) for each in written[:-1]]

    def living(self) -> list[str]:
        return sorted(topic.removeprefix(f"{TOPIC}.action.") for topic in self.set.heads.members(HEAD))


def q(period: str, version: int, second: int) -> dict[str, Any]:
    """The header of one period's document."""
    return {"DocumentSubcode": period, "Version": str(version), "second": second}


ONE, TWO, THREE = action(Id="1", Period="Q1"), action(Id="2", Period="Q1"), action(Id="3", Period="Q2")
EDITED = action(Id="2", Period="Q1", Result="MISS")


def test_edits_and_deletions_come_through_a_period(read: Read):
    """An edited action is written again, a deleted one removed; the other periods are left alone."""
    match = Match()
    assert match.take(read(THREE, **q("Q2", 1, 1))) == [("Q2.3", Op.PUT)]
    assert match.take(read(ONE, TWO, **q("Q1", 1, 2))) == [("Q1.1", Op.PUT), ("Q1.2", Op.PUT)]
    assert match.take(read(ONE, EDITED, **q("Q1", 2, 3))) == [("Q1.2", Op.PUT)]
    assert match.take(read(ONE, **q("Q1", 3, 4))) == [("Q1.2", Op.REMOVED)]
    assert match.living() == ["Q1.1", "Q2.3"]


def test_the_master_replaces_all_periods(read: Read):
    """It writes what changed in any of them and removes what it leaves out; empty before the start it clears."""
    match = Match()
    assert match.take(read(ResultStatus="START_LIST", Version="1")) == []
    match.take(read(ONE, TWO, **q("Q1", 1, 1)))
    match.take(read(THREE, **q("Q2", 1, 2)))
    assert match.take(read(ONE, EDITED, Version="2", second=3)) == [("Q1.2", Op.PUT), ("Q2.3", Op.REMOVED)]
    assert match.take(read(Version="3", second=4)) == [("Q1.1", Op.REMOVED), ("Q1.2", Op.REMOVED)]
    assert match.living() == []


def test_an_action_that_moves_to_another_period_leaves_its_own(read: Read):
    """Its Id is the same, its topic is not."""
    match = Match()
    match.take(read(ONE, TWO, **q("Q1", 1, 1)))
    moved = action(Id="2", Period="Q2")
    assert match.take(read(ONE, moved, Version="1", second=2)) == [("Q2.2", Op.PUT), ("Q1.2", Op.REMOVED)]


def test_a_late_period_is_judged_by_what_speaks_of_it(read: Read):
    """Another period's newer document is no matter; a newer master has told already what is so."""
    match = Match()
    match.take(read(THREE, **q("Q2", 1, 20)))
    assert match.take(read(ONE, **q("Q1", 1, 10))) == [("Q1.1", Op.PUT)]
    match.take(read(ONE, THREE, Version="1", second=30))
    assert match.take(read(ONE, TWO, **q("Q1", 2, 25))) == []
    assert match.living() == ["Q1.1", "Q2.3"]


def test_a_period_is_taken_back_alone(read: Read):
    """Without Competition a document is withdrawn, and with it the actions it is about (Foundation Principles 2.12)."""
    match = Match()
    match.take(read(ONE, TWO, **q("Q1", 1, 1)))
    match.take(read(THREE, **q("Q2", 1, 2)))
    gone = read(body="", **q("Q1", 1, 3))
    assert match.take(gone) == [("Q1.1", Op.WITHDRAWN), ("Q1.2", Op.WITHDRAWN)]
    assert match.living() == ["Q2.3"]


def test_what_the_master_repeats_is_not_written_again(read: Read):
    """At the end of a match it says once more all that the periods said."""
    match = Match()
    match.take(read(ONE, TWO, **q("Q1", 1, 1)))
    match.take(read(THREE, **q("Q2", 1, 2)))
    assert match.take(read(ONE, TWO, THREE, ResultStatus="OFFICIAL", Version="1", second=3)) == []


def test_of_two_actions_with_one_id_the_last_is_kept(read: Read):
    """And it says that there were two."""
    decoded = read(TWO, ONE, EDITED)
    assert topics_of(decoded) == ["Q1.1", "Q1.2"]
    assert [candidate.message.remarks for candidate in decoded.candidates] == [(), (Remark.REPEATED_IN_DOCUMENT,)]
