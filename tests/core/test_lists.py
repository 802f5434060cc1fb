from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Verdict, Wait
from feed.core.lists import HEAD_BYTES_MAX, Plan, plan
from feed.core.scope import Scope
from feed.refusals import Reason
from schemas.list import ListBody
from schemas.message import Op
from tests.core.set_makers import FULL, LIST_TOPIC, SYNC, UPDATE, Set, entities, listing, topic_of


def put(into: Set, key: str, version: int, event: int, **contents: str) -> Plan | Verdict:
    """One document whose hash tells all of its content."""
    of = listing(version, event, repr(contents), key=key)
    return into.take(of, entities(of, contents))


def changed(found: Plan | Verdict) -> list[tuple[str, Op]]:
    assert isinstance(found, Plan)
    return [(change.candidate.message.topic, change.candidate.message.op) for change in found.changes]


def test_the_head_comes_last_and_names_the_document():
    """Entities in the document's order, then the head with Version, time and hash of the document."""
    a_set = Set()
    found = put(a_set, FULL, 3, 30, b="1", a="1")
    assert changed(found) == [(topic_of("b"), Op.PUT), (topic_of("a"), Op.PUT), (LIST_TOPIC, Op.PUT)]
    assert isinstance(found, Plan)
    body = found.changes[-1].candidate.message.body
    assert isinstance(body, ListBody)
    assert [(each.key, each.version, each.event) for each in body.documents] == [(FULL, 3, 30)]
    assert body.full == 30


def test_a_full_list_writes_what_changed_and_removes_what_it_leaves_out():
    """Unchanged entities are not written again; the tombstone names the message it takes back."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1", b="1", c="1")
    found = put(a_set, FULL, 2, 20, a="1", b="2")
    assert changed(found) == [(topic_of("b"), Op.PUT), (topic_of("c"), Op.REMOVED), (LIST_TOPIC, Op.PUT)]
    assert isinstance(found, Plan)
    assert found.duplicates == 1
    tombstone = found.changes[1]
    assert (tombstone.candidate.message.body, tombstone.verdict.supersedes) == (None, 3)
    assert a_set.living() == {topic_of("a"): "1", topic_of("b"): "2"}


def test_an_update_removes_nothing():
    """It names a few entities; the others stay."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1", b="1")
    assert changed(put(a_set, UPDATE, 1, 20, b="2")) == [(topic_of("b"), Op.PUT), (LIST_TOPIC, Op.PUT)]
    assert a_set.living() == {topic_of("a"): "1", topic_of("b"): "2"}


def test_a_full_list_leaves_what_is_newer_than_itself():
    """Neither overwritten nor removed: an update told later what is so."""
    a_set = Set()
    put(a_set, UPDATE, 1, 20, a="new", b="new")
    found = put(a_set, FULL, 1, 10, a="old", c="1")
    assert changed(found) == [(topic_of("c"), Op.PUT), (LIST_TOPIC, Op.PUT)]
    assert isinstance(found, Plan)
    assert found.stale == 1
    assert a_set.living() == {topic_of("a"): "new", topic_of("b"): "new", topic_of("c"): "1"}


def test_a_late_update_is_not_stale_as_a_whole():
    """What its newer sibling did not name is still taken over, what it named is not."""
    a_set = Set()
    put(a_set, UPDATE, 2, 20, a="2")
    found = put(a_set, UPDATE, 1, 10, a="1", b="1")
    assert changed(found) == [(topic_of("b"), Op.PUT), (LIST_TOPIC, Op.PUT)]
    head = a_set.heads.get(LIST_TOPIC)
    assert head is not None
    assert head.list is not None
    assert [each.version for each in head.list.documents] == [2]


def test_an_update_older_than_the_full_list_changes_nothing():
    """The list has told already what was so then, also of entities that it left as they were or never had."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1")
    put(a_set, FULL, 2, 30, a="1")
    found = put(a_set, UPDATE, 1, 20, a="2", b="1")
    assert changed(found) == [(LIST_TOPIC, Op.PUT)]
    assert a_set.living() == {topic_of("a"): "1"}


def test_the_same_document_again_is_a_duplicate():
    """Full or update, as long as it is the newest of its key."""
    for key in (FULL, SYNC, UPDATE):
        a_set = Set()
        put(a_set, key, 1, 10, a="1")
        assert put(a_set, key, 1, 99, a="1") == Duplicate(2)


def test_contradicting_documents_of_one_version_are_refused():
    """The same Version and time with other content, told by the head."""
    for key in (FULL, UPDATE):
        a_set = Set()
        put(a_set, key, 1, 10, a="1")
        verdict = put(a_set, key, 1, 10, a="2")
        assert isinstance(verdict, Refused)
        assert verdict.refusal.reason is Reason.VERSION_CONFLICT


def test_a_contradiction_is_found_before_the_head_is_written():
    """A writer that died in the middle left entities and no head: the file that contradicts them is refused whole."""
    a_set = Set()
    of = listing(1, 10, "first")
    found = a_set.plan(of, entities(of, {"a": "1", "b": "1"}), Accepted(0))
    a_set.store(found.changes[0].candidate)
    other = put(a_set, FULL, 1, 10, c="1", a="2")
    assert isinstance(other, Plan)
    assert other.refusal is not None
    assert other.refusal.reason is Reason.VERSION_CONFLICT
    again = a_set.take(of, entities(of, {"a": "1", "b": "1"}))
    assert changed(again) == [(topic_of("b"), Op.PUT), (LIST_TOPIC, Op.PUT)]


def test_a_lower_version_of_a_full_list_is_stale():
    """Whatever it lists."""
    a_set = Set()
    put(a_set, FULL, 2, 20, a="1")
    assert put(a_set, FULL, 1, 30, b="1") == Stale(2)


def test_a_full_list_waits_for_a_missing_version_and_an_update_does_not():
    """As single documents do, at most for the reorder window."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1")
    put(a_set, UPDATE, 1, 10, a="2")
    assert a_set.judge(listing(3, 30, "x"), now=0) == Wait(250_000)
    assert isinstance(a_set.judge(listing(3, 30, "x", key=UPDATE), now=0), Accepted)


def test_a_withdrawn_list_takes_its_entities_back():
    """Every living entity gets a tombstone; a higher Version publishes again, a lower one is stale."""
    a_set = Set()
    put(a_set, FULL, 2, 20, a="1", b="1")
    found = a_set.take(listing(2, 30, "gone", op=Op.WITHDRAWN), [])
    assert changed(found) == [(topic_of("a"), Op.WITHDRAWN), (topic_of("b"), Op.WITHDRAWN), (LIST_TOPIC, Op.PUT)]
    assert a_set.take(listing(2, 40, "gone", op=Op.WITHDRAWN), []) == Duplicate(6)
    assert isinstance(put(a_set, FULL, 1, 50, a="1"), Stale)
    assert changed(put(a_set, FULL, 3, 50, a="1")) == [(topic_of("a"), Op.PUT), (LIST_TOPIC, Op.PUT)]


def test_lists_with_the_same_types_are_told_apart():
    """An entity that another list wrote is judged by time, although the keys of the documents look alike."""
    a_set = Set()
    put(a_set, UPDATE, 9, 10, a="1")
    other = listing(1, 20, "x", key=UPDATE, topic="XG2030.VVO.-.-.-.-.list.schedule")
    found = a_set.take(other, entities(other, {"a": "2"}))
    assert changed(found)[0] == (topic_of("a"), Op.PUT)
    assert a_set.living() == {}
    assert a_set.heads.members(other.topic) == {topic_of("a")}


def test_a_head_that_would_be_kept_apart_refuses_the_document():
    """It has to be read back from its message; nothing of the document is written."""
    a_set = Set()
    for number in range(10):
        put(a_set, f"DT_SCHEDULE_UPDATE.{number}", 1, number, a=str(number))
    before = a_set.seq
    found = put(a_set, "DT_SCHEDULE_UPDATE." + HEAD_BYTES_MAX * "x", 1, 99, b="1")
    assert isinstance(found, Plan)
    assert found.refusal is not None
    assert found.refusal.reason is Reason.BAD_VALUE
    assert a_set.seq == before


def test_what_is_outside_the_senders_scope_is_not_removed():
    """A key for one discipline may leave another's unit out of its list; it does not take it back."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1", b="1")
    of = listing(2, 20, "x")
    accepted = a_set.judge(of)
    assert isinstance(accepted, Accepted)
    for disciplines, left in ((("SWM",), [LIST_TOPIC]), (("ATH",), [topic_of("b"), LIST_TOPIC])):
        scope = Scope.of((), disciplines)
        found = [step for step in plan(of, entities(of, {"a": "1"}), a_set.heads, accepted, scope) if step]
        assert [topic for topic, _ in changed(found[-1])] == left


AT = {"a": "A", "b": "B"}  # c is nowhere


@pytest.mark.parametrize(
    "venues, left",
    [([], {"a": "A", "b": "B", "c": None}), (["A"], {"a": "A"}), (["B", "C"], {"b": "B"}), (["C"], {})],
)
@pytest.mark.parametrize("op", [Op.PUT, Op.WITHDRAWN])
def test_a_list_takes_back_what_is_at_its_senders_venues(op: Op, venues: list[str], left: dict[str, str | None]):
    """Of all that it leaves out; each tombstone tells the venue that has to hear of it."""
    a_set = Set()
    first = listing(1, 10, "x")
    a_set.take(first, entities(first, {"a": "1", "b": "1", "c": "1"}, AT))
    found = a_set.take(listing(2, 20, "y", op=op), [], Scope.of([], [], venues))
    assert isinstance(found, Plan)
    gone = {change.candidate.message.topic: change.verdict.left.venue for change in found.changes[:-1]}
    assert gone == {topic_of(name): venue for name, venue in left.items()}


def test_a_list_tells_which_venue_an_entity_leaves():
    """For another one, for none, or by coming back to another than the one it was removed from."""
    a_set = Set()
    for version, venues, told in (
        (1, {"a": "A"}, [None]),
        (2, {"a": "A"}, [None]),
        (3, {"a": "B"}, ["A"]),
        (4, {}, ["B"]),
        (5, {"a": "A"}, [None]),
    ):
        of = listing(version, version, str(version))
        found = a_set.take(of, entities(of, {"a": str(version)}, venues))
        assert isinstance(found, Plan)
        assert [change.verdict.left.venue for change in found.changes] == [*told, None]
    gone, back = listing(6, 6, "6"), listing(7, 7, "7")
    for of, named in ((gone, []), (back, entities(back, {"a": "7"}, {"a": "B"}))):
        found = a_set.take(of, named)
        assert isinstance(found, Plan)
        assert found.changes[0].verdict.left.venue == "A"


def test_an_entity_that_another_list_names_too_is_taken_over():
    """Although nothing of it changed: else the list that had it would take it from both."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1", b="1")
    other = listing(1, 20, "x", topic="XG2030.GEN.-.-.-.-.list.schedule")
    assert changed(a_set.take(other, entities(other, {"a": "1"}))) == [(topic_of("a"), Op.PUT), (other.topic, Op.PUT)]
    assert changed(put(a_set, FULL, 2, 30, b="1")) == [(LIST_TOPIC, Op.PUT)]


def test_a_document_that_is_claimed_can_be_completed_and_not_contradicted():
    """Whoever began to write it left its name in the head."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1")
    of = listing(2, 20, "x")
    accepted = a_set.judge(of)
    assert isinstance(accepted, Accepted)
    claim = a_set.plan(of, entities(of, {"b": "1"}), accepted).claim
    assert claim is not None
    assert claim.verdict == accepted
    a_set.store(claim.candidate)
    assert isinstance(a_set.judge(listing(2, 20, "y")), Refused)
    assert isinstance(a_set.judge(listing(1, 10, "old")), Stale)
    assert changed(a_set.take(of, entities(of, {"b": "1"}))) == [
        (topic_of("b"), Op.PUT),
        (topic_of("a"), Op.REMOVED),
        (LIST_TOPIC, Op.PUT),
    ]
    assert isinstance(a_set.judge(of), Duplicate)


class Sent(NamedTuple):
    """One document of a history."""

    key: str
    version: int
    event: int
    contents: dict[str, str]


@st.composite
def histories(draw: st.DrawFn) -> list[Sent]:
    """Documents in the order in which they were made: time rises, and the Version of each key."""
    versions = dict.fromkeys((FULL, SYNC, UPDATE), 0)
    made = []
    for number in range(draw(st.integers(1, 8))):
        key = draw(st.sampled_from([FULL, SYNC, UPDATE, UPDATE]))
        versions[key] += 1
        contents = draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12"), max_size=4))
        made.append(Sent(key, versions[key], 10 * number, contents))
    return made


@given(made=histories(), data=st.data())
def test_any_order_ends_in_what_the_right_order_makes(made: list[Sent], data: st.DataObject):
    """Documents that overtake each other, and come twice, leave the set as one sequential writer would."""
    right, mixed = Set(), Set()
    for each in made:
        put(right, each.key, each.version, each.event, **each.contents)
    for each in data.draw(st.permutations([*made, *data.draw(st.lists(st.sampled_from(made), max_size=3))])):
        put(mixed, each.key, each.version, each.event, **each.contents)
    assert mixed.living() == right.living()


@given(made=histories(), data=st.data())
def test_a_writer_that_dies_in_the_middle_harms_nobody(made: list[Sent], data: st.DataObject):
    """Any part of a document may be stored without its head; sent again, it is completed."""
    right, broken = Set(), Set()
    for each in made:
        put(right, each.key, each.version, each.event, **each.contents)
        of = listing(each.version, each.event, repr(each.contents), key=each.key)
        named = entities(of, each.contents)
        verdict = broken.judge(of)
        assert isinstance(verdict, Accepted)
        changes = broken.plan(of, named, verdict).changes
        for change in changes[: data.draw(st.integers(0, len(changes) - 1))]:
            broken.store(change.candidate)
        broken.take(of, named)
    assert broken.living() == right.living()


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("AB"), st.sets(st.sampled_from("abcd"))), max_size=8))
def test_senders_of_different_venues_leave_each_other_alone(sent: list[tuple[bool, str, set[str]]]):
    """Each writes what it names at its venue and takes back what it leaves out there; the rest stays."""
    a_set, there = Set(), dict[str, str]()
    for number, (full, venue, names) in enumerate(sent, 1):
        of = listing(number, number, str(number), key=FULL if full else UPDATE)
        named = entities(of, dict.fromkeys(sorted(names), str(number)), dict.fromkeys(names, venue))
        a_set.take(of, named, Scope.of([], [], [venue]))
        if full:
            there = {name: at for name, at in there.items() if at != venue}
        there |= dict.fromkeys(names, venue)
    heads = {topic: a_set.heads.get(topic) for topic in a_set.living()}
    assert {topic: head and head.index.venue for topic, head in heads.items()} == {
        topic_of(name): venue for name, venue in there.items()
    }


def test_a_list_that_reaches_a_part_removes_nothing_else():
    """One period of a match says nothing of the others, and is no barrier for what is older than itself."""
    a_set = Set()
    first, second = listing(1, 10, "first"), listing(1, 20, "second", key=SYNC)
    q1, q2 = replace(first, reach=("Q1",)), replace(second, reach=("Q2",))
    a_set.take(q1, [_in_period("Q1", each) for each in entities(q1, {"a": "1", "b": "1"})])
    a_set.take(q2, [_in_period("Q2", each) for each in entities(q2, {"a": "1"})])
    late = replace(listing(2, 15, "late"), reach=("Q1",))
    found = a_set.take(late, [_in_period("Q1", each) for each in entities(late, {"a": "2"})])
    of = {name: topic_of(name) + ".Q1.x" for name in "ab"}
    assert changed(found) == [(of["a"], Op.PUT), (of["b"], Op.REMOVED), (LIST_TOPIC, Op.PUT)]
    assert a_set.living() == {of["a"]: "2", topic_of("a") + ".Q2.x": "1"}


def _in_period(period: str, entity: Candidate) -> Candidate:
    message = entity.message
    return replace(entity, message=replace(message, topic=f"{message.topic}.{period}.x"))


def remove(into: Set, version: int, event: int, name: str) -> Plan | Verdict:
    """An update that names one entity as gone."""
    of = listing(version, event, f"no {name}", key=UPDATE)
    return into.take(of, [gone(each) for each in entities(of, {name: "1"})])


def gone(candidate: Candidate) -> Candidate:
    return replace(candidate, message=replace(candidate.message, op=Op.REMOVED, body=None))


def test_an_update_removes_what_it_names_as_gone():
    """The tombstone takes back the entity's last message; a list may bring it back."""
    a_set = Set()
    put(a_set, FULL, 1, 10, a="1", b="1")
    found = remove(a_set, 1, 20, "b")
    assert changed(found) == [(topic_of("b"), Op.REMOVED), (LIST_TOPIC, Op.PUT)]
    assert isinstance(found, Plan)
    assert found.changes[0].verdict.supersedes == 2
    assert a_set.living() == {topic_of("a"): "1"}
    put(a_set, FULL, 2, 30, a="1", b="1")
    assert a_set.living() == {topic_of("a"): "1", topic_of("b"): "1"}


def test_an_older_update_does_not_bring_back_what_is_gone():
    """The tombstone is written also when it comes first: it keeps the moment from which the entity is no more."""
    a_set = Set()
    assert changed(remove(a_set, 2, 20, "b")) == [(topic_of("b"), Op.REMOVED), (LIST_TOPIC, Op.PUT)]
    found = put(a_set, UPDATE, 1, 10, b="1")
    assert isinstance(found, Plan)
    assert (found.stale, a_set.living()) == (1, {})


def test_what_a_first_try_removed_is_a_duplicate_then():
    """Judged again after a miss, the tombstone that is stored already is not written a second time."""
    a_set = Set()
    put(a_set, FULL, 1, 10, b="1")
    of = listing(1, 20, "no b", key=UPDATE)
    named = [gone(each) for each in entities(of, {"b": "1"})]
    a_set.store(a_set.plan(of, named, Accepted(0)).changes[0].candidate)
    found = a_set.plan(of, named, Accepted(0))
    assert changed(found) == [(LIST_TOPIC, Op.PUT)]
    assert found.duplicates == 1


def test_one_version_cannot_keep_and_remove_an_entity():
    """The same Version at the same time says both: refused, although the contents are equal."""
    a_set = Set()
    of = listing(1, 10, "both", key=UPDATE)
    (named,) = entities(of, {"a": "1"})
    a_set.store(named)
    found = a_set.plan(of, [gone(named)], Accepted(0))
    assert found.refusal is not None
    assert found.refusal.reason is Reason.VERSION_CONFLICT
