import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.gate import Accepted
from feed.core.heads import Head, Heads
from feed.core.index import VENUE, Left, headers_of, index_of, venue_at
from feed.core.lists import Plan
from feed.core.places import placed
from schemas.message import Op
from schemas.result import ResultBody
from schemas.topic import place_of
from tests.core.makers import TOPIC, candidate, withdrawal
from tests.core.set_makers import Set, entities, listing

PLACE = place_of(TOPIC)


def known(**venues: str) -> Heads:
    """Heads at these venues, by the unit and the kind behind the phase of the message (`000100_unit`)."""
    heads = Heads()
    for seq, (name, venue) in enumerate(venues.items(), 1):
        learn(heads, seq, candidate(topic=f"{PLACE[:-6]}{name.replace('_', '.')}", body=ResultBody(venue=venue)))
    return heads


def learn(heads: Heads, seq: int, stored: Candidate, venue_before: str | None = None) -> None:
    heads.learn(stored.message.topic, Head(seq, index_of(stored, left=Left(venue=venue_before))))


def action(unit: str = "000100") -> Candidate:
    return candidate(topic=f"{PLACE[:-6]}{unit}.action.1H.7")


@pytest.mark.parametrize(
    "venues, venue",
    [
        ({"000100_unit": "STA"}, "STA"),
        ({"000100_result": "STA"}, "STA"),
        ({"000100_result": "OLD", "000100_unit": "STA"}, "STA"),
        ({"000100_unit": "", "000100_result": "STA"}, "STA"),
        ({"000200_unit": "STA"}, None),
        ({}, None),
    ],
)
def test_what_names_no_venue_is_where_its_unit_is(venues: dict[str, str], venue: str | None):
    """By the schedule, else by the result; nobody else's unit counts, and nothing is guessed."""
    assert venue_at(placed(action(), known(**venues))) == venue


def test_a_subunit_is_where_its_unit_is():
    """Unless the schedule knows its own place."""
    heads = known(**{"000100_unit": "STA"})
    assert venue_at(placed(action("00010002"), heads)) == "STA"
    assert venue_at(placed(action("00010002"), known(**{"000100_unit": "STA", "00010002_unit": "POO"}))) == "POO"


def test_a_document_above_the_units_is_nowhere():
    """A phase may be at several venues, and an odd code is no unit."""
    heads = known(**{"000100_unit": "STA"})
    for topic in (f"{PLACE[:-6]}-.phase_result", "XG2030.ATH.-.-.-.-.participant.7", "XG2030.-.-.-.-.X.document"):
        assert venue_at(placed(candidate(topic=topic), heads)) is None


def test_the_message_says_what_it_said():
    """The venue stands in the headers and not in the body; what it names itself holds."""
    heads = known(**{"000100_unit": "STA"})
    found = placed(action(), heads)
    assert found.message == action().message
    assert headers_of(found, "id")[VENUE] == "STA"
    named = candidate(body=ResultBody(venue="POO"))
    assert placed(named, heads) is named


def test_a_tombstone_names_no_venue():
    """The gate tells where its topic was."""
    gone = withdrawal()
    assert placed(gone, known(**{"000100_unit": "STA"})) is gone


def test_a_topic_is_no_witness_for_itself():
    """A result that stops to name its venue has left it, unless its unit is there; so has a unit."""
    assert venue_at(placed(candidate(), known(**{"000100_result": "STA"}))) is None
    unit = candidate(topic=f"{PLACE}.unit")
    assert venue_at(placed(unit, known(**{"000100_unit": "STA"}))) is None


def test_a_unit_that_was_taken_back_is_still_known_to_have_been_there():
    """A tombstone stays where its topic was: late actions of a match that left the schedule find their readers."""
    heads = known(**{"000100_unit": "STA"})
    learn(heads, 9, replace_topic(withdrawal(), f"{PLACE}.unit"), "STA")
    assert venue_at(placed(action(), heads)) == "STA"


def replace_topic(of: Candidate, topic: str) -> Candidate:
    return replace(of, message=replace(of.message, topic=topic))


def test_entities_and_the_head_of_their_set_follow_their_unit():
    """Also when it moves: then they tell the venue that they leave."""
    a_set = Set()
    topic = f"{PLACE}.list.actions"
    for version, venue, before in ((1, "STA", None), (2, "STA", None), (3, "POO", "STA")):
        learn(a_set.heads, version, candidate(topic=f"{PLACE}.unit", body=ResultBody(venue=venue)))
        of = listing(version, version, str(version), topic=topic)
        named = [replace_topic(each, f"{PLACE}.action.1H.7") for each in entities(of, {"a": str(version)})]
        a_set.seq += 10
        found = a_set.take(of, named)
        assert isinstance(found, Plan)
        assert [venue_at(change.candidate) for change in found.changes] == [venue, venue]
        assert [change.verdict.left.venue for change in found.changes] == [before, before]
    gone = a_set.take(listing(4, 4, "4", topic=topic), [])
    assert isinstance(gone, Plan)
    tombstone, head = gone.changes
    assert (tombstone.candidate.message.op, tombstone.verdict.left.venue) == (Op.REMOVED, "POO")
    assert isinstance(head.verdict, Accepted)
    assert (venue_at(head.candidate), head.verdict.left.venue) == ("POO", None)
