import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.ceremonies import Ceremonies
from feed.venues.odf import decode
from schemas.ceremony_conflict import CeremonyConflict
from schemas.message import Op
from schemas.registry import AnyMessage
from tests.core.stories import RECEIPT, Story
from tests.core.test_disputes import UNIT as FINAL
from tests.core.test_disputes import protest
from tests.core.test_medals import EVENT, medallists, result
from tests.documents import odf
from tests.schedules import schedule, unit

CEREMONY = "ATHM100M--------------VICTMEDAL---"
FLOWERS = "ATHM100M--------------VICTFLOWER--"
PLACE = "XA.ATH.M.100M.VICT.MEDAL"
BRONZE = "ATHM100M--------------FNL-000200--"
HEAT = "ATHM100M--------------HEAT000100--"
TAKEN_BACK = odf("XA", 9, unit=100, ResultStatus="OFFICIAL").replace(b"<Competition></Competition>", b"")
UNOFFICIAL = "unofficial " + FINAL


def ceremony(version: int, status: str, code: str = CEREMONY) -> bytes:
    """An update of the ceremony alone."""
    return planned(version, status, code, PhaseType="6", Venue="STA", SessionCode="ATH07")


def planned(version: int, status: str, code: str, **attributes: str) -> bytes:
    element = unit(1, Code=code, ScheduleStatus=status, **attributes)
    return schedule("XA", element, version=version, DocumentType="DT_SCHEDULE_UPDATE")


def signed(version: int, status: str = "OFFICIAL", **header: str) -> bytes:
    return result(version, "1 a XAA", "2 b XBB", status=status, **header)


def said(messages: list[AnyMessage]) -> list[str]:
    """Status of the ceremony, then each reason and what it is about, or `over`."""
    conflicts = [each.body for each in messages if isinstance(each, CeremonyConflict) and each.body]
    return [
        f"{each.status}: {', '.join(f'{why.reason} {why.code}' for why in each.why) or 'over'}" for each in conflicts
    ]


@pytest.fixture
def story() -> Story:
    return Story(Ceremonies())


def test_a_ceremony_after_a_signed_result_is_nobodys_business(story: Story):
    """From getting ready to its end, also when the same result is sent again."""
    for document in (signed(1), ceremony(1, "SCHEDULED"), ceremony(2, "GETTING_READY"), signed(2)):
        assert story.post(document) == []
    assert story.post(ceremony(3, "RUNNING"), ceremony(4, "FINISHED")) == []


def test_a_protest_is_open_when_the_ceremony_gets_ready(story: Story):
    """Told once with the sequence that says so, again with each change, and that it is over."""
    story.post(signed(1), protest(1, "OPN"))
    (told,) = story.post(ceremony(2, "GETTING_READY"))
    assert (told.topic, told.code, told.unit, told.op) == (f"{PLACE}.ceremony_conflict", CEREMONY, CEREMONY, Op.PUT)
    assert (told.body.event, told.body.venue, told.body.session, told.caused_by) == (EVENT, "STA", "ATH07", 3)
    (why,) = told.body.why
    assert (why.reason, why.code, why.seq, told.body.until) == ("protest", FINAL, 2, None)
    (running,) = story.post(ceremony(3, "RUNNING"))
    assert said([running]) == [f"RUNNING: protest {FINAL}"]
    assert (running.body.since, running.body.why) == (told.body.since, told.body.why)
    (over,) = story.post(protest(4, "CLS"))
    assert (over.body.why, over.body.since, over.body.until) == ((), told.body.since, over.ts.event)
    assert over.body.status == "RUNNING"
    assert story.post(ceremony(5, "FINISHED")) == []


@pytest.mark.parametrize("about", [FINAL, HEAT, EVENT])
def test_a_protest_comes_when_the_ceremony_is_getting_ready(story: Story, about: str):
    """About any code of the event: it may move who stands there."""
    story.post(signed(1), ceremony(2, "GETTING_READY"))
    assert said(story.post(protest(3, "OPN", Unit=about))) == [f"GETTING_READY: protest {about}"]
    assert story.post(protest(4, "PND", Unit=about)) == []
    assert said(story.post(ceremony(5, "POSTPONED"))) == ["POSTPONED: over"]
    assert said(story.post(ceremony(6, "RUNNING"))) == [f"RUNNING: protest {about}"]


def test_a_protest_about_another_event_is_not_meant(story: Story):
    """Nor about another competition's."""
    story.post(signed(1), ceremony(2, "RUNNING"))
    assert story.post(protest(3, "OPN", Unit=FINAL.replace("100M", "200M"))) == []
    assert story.post(protest(3, "OPN").replace(b'"XA"', b'"XB"')) == []


def test_before_it_gets_ready_nothing_is_told(story: Story):
    """A ceremony that is planned, moved or late hurts nobody."""
    for version, status in enumerate(("SCHEDULED", "DELAYED", "RESCHEDULED", "POSTPONED", "CANCELLED"), 1):
        assert story.post(signed(version, "LIVE"), ceremony(version, status)) == []


@pytest.mark.parametrize(
    "status, reason",
    [
        *(("UNOFFICIAL", "unofficial"), ("UNCONFIRMED", "unofficial"), ("LIVE", "undecided")),
        *(("PROVISIONAL", "review"), ("PROTESTED", "protest")),
    ],
)
def test_the_result_is_not_signed(story: Story, status: str, reason: str):
    """Until it is; another version that says the same is not told."""
    story.post(signed(1, status))
    assert said(story.post(ceremony(2, "GETTING_READY"))) == [f"GETTING_READY: {reason} {FINAL}"]
    assert story.post(signed(2, status)) == []
    assert said(story.post(signed(3))) == ["GETTING_READY: over"]


def test_a_photo_finish_is_read(story: Story):
    """What is pending is the reason, not that it is unsigned; the protest of a PROTESTED result is told once."""
    photo = signed(1, "UNOFFICIAL").replace(b'Rank="1"', b'Rank="1" PhotoFinish="P"')
    assert said(story.post(photo, ceremony(1, "RUNNING"))) == [f"RUNNING: photo_finish {FINAL}"]
    assert said(story.post(signed(2))) == ["RUNNING: over"]
    assert said(story.post(protest(1, "OPN"))) == [f"RUNNING: protest {FINAL}"]
    assert story.post(signed(3, "PROTESTED")) == []


def test_a_result_that_is_taken_back(story: Story):
    """While the anthem plays."""
    story.post(signed(1), ceremony(2, "RUNNING"))
    assert said(story.post(TAKEN_BACK)) == [f"RUNNING: undecided {FINAL}"]


def test_nothing_is_known_of_the_event(story: Story):
    """Without any outcome nobody can say who stands there."""
    (told,) = story.post(ceremony(1, "GETTING_READY"))
    assert said([told]) == [f"GETTING_READY: undecided {EVENT}"]
    assert told.body.why[0].seq is None
    assert story.post(signed(1, DocumentCode=HEAT)) == []
    assert said(story.post(signed(1))) == ["GETTING_READY: over"]


def test_all_units_that_decide_a_medal_count(story: Story):
    """As the schedule says, also one that no result came of; without its word the codes of final and bronze match."""
    story.post(signed(1), signed(1, "LIVE", DocumentCode=BRONZE))
    assert said(story.post(ceremony(1, "RUNNING"))) == [f"RUNNING: undecided {BRONZE}"]
    assert said(story.post(planned(2, "FINISHED", FINAL, Medal="1"))) == ["RUNNING: over"]
    assert said(story.post(planned(3, "RUNNING", HEAT, Medal="3"))) == [f"RUNNING: undecided {HEAT}"]
    assert said(story.post(signed(4, "UNOFFICIAL", DocumentCode=HEAT))) == [f"RUNNING: unofficial {HEAT}"]
    assert said(story.post(signed(5, DocumentCode=HEAT))) == ["RUNNING: over"]


def test_medallists_have_to_be_signed_too(story: Story):
    """They may be sent unofficial shortly before a ceremony; part of them is not all."""
    story.post(signed(1), medallists(1, "GOLD a XAA", status="UNOFFICIAL"))
    assert said(story.post(ceremony(1, "GETTING_READY"))) == [f"GETTING_READY: unofficial {EVENT}"]
    assert story.post(medallists(2, "GOLD a XAA", status="PARTIAL")) == []
    assert said(story.post(medallists(3, "GOLD a XAA"))) == ["GETTING_READY: over"]


def test_a_total_is_the_order_of_its_event(story: Story):
    """Then no single unit's result has to be signed."""
    story.post(signed(1, "LIVE"), signed(1, DocumentType="DT_CUMULATIVE_RESULT", DocumentCode=EVENT))
    assert story.post(ceremony(1, "RUNNING")) == []
    total = signed(2, "UNOFFICIAL", DocumentType="DT_CUMULATIVE_RESULT", DocumentCode=EVENT)
    assert said(story.post(total)) == [f"RUNNING: unofficial {EVENT}"]


def test_two_ceremonies_of_one_event(story: Story):
    """Flowers and medals are each told, and each is over by itself; one that leaves the schedule is over."""
    story.post(signed(1, "UNOFFICIAL"), ceremony(1, "RUNNING", FLOWERS))
    assert said(story.post(ceremony(2, "GETTING_READY"))) == [f"GETTING_READY: {UNOFFICIAL}"]
    assert said(story.post(ceremony(3, "FINISHED", FLOWERS))) == ["FINISHED: over"]
    (candidate,) = decode(ceremony(4, "RUNNING"), RECEIPT).candidates
    gone = replace(candidate.message, op=Op.REMOVED, body=None)
    assert said(story.take(Candidate(gone, ""))) == ["None: over"]


def test_an_opening_celebrates_no_result(story: Story):
    """Nor does what is no phase of victory ceremonies."""
    opening = "CER-OPENING" + 23 * "-"
    assert story.post(planned(1, "RUNNING", opening, PhaseType="0")) == []
    assert story.post(planned(2, "RUNNING", "ATH" + 19 * "-" + "VICTMEDAL---", PhaseType="6")) == []


def test_all_that_is_known_is_in_the_stream(story: Story):
    """A process that begins later says nothing twice, and what was open goes on from there."""
    first = story.post(signed(1), ceremony(1, "RUNNING"), protest(1, "OPN"))
    fresh = Ceremonies()
    for entry in story.board:
        fresh.learn(entry)
    story.derivers = (fresh,)
    assert story.post(protest(2, "PND")) == []
    (over,) = story.post(protest(3, "CLS"))
    assert (over.body.since, over.body.why) == (first[0].body.since, ())
    assert story.post(ceremony(9, "FINISHED")) == []


def test_what_comes_back_from_before_does_not_hide_what_was_written_since(story: Story):
    """The stream's copy of an older message comes after a newer one was made."""
    story.post(signed(1), ceremony(1, "RUNNING"), protest(1, "OPN"))
    (older,) = [each for each in story.entries if each.kind == "ceremony_conflict"]
    (over,) = story.post(protest(2, "CLS"))
    fresh = Ceremonies()
    for entry in story.entries[:-1]:
        fresh.learn(entry)
    fresh.wrote([over], len(story.entries))
    fresh.learn(older)
    story.derivers = (fresh,)
    assert story.post(ceremony(9, "FINISHED")) == []
