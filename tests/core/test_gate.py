from collections.abc import Container

import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Verdict, Wait, admit
from feed.core.heads import Head
from feed.core.index import Left, headers_of, index_of, read_index
from feed.refusals import Reason
from schemas.message import Message, Op, Remark
from schemas.result import ResultBody
from tests.core.makers import candidate, head_of, withdrawal

WINDOW = 250_000


def judge(new: Candidate, head: Head | None, *, now: int = WINDOW, seen: Container[int] = ()):
    return admit(new, head, now, WINDOW, seen)


def test_the_first_version_seen_never_waits():
    """A topic without a head takes any Version at once, as its first message."""
    assert judge(candidate(9), None, now=0) == Accepted(prev=0)
    assert judge(withdrawal(9), None, now=0) == Accepted(prev=0)


def test_the_next_version_follows_the_head():
    """One Version more is published behind the head, even with an earlier event time."""
    assert judge(candidate(2, 5), head_of(candidate(1, 9)), now=0) == Accepted(prev=7)


def test_a_lower_version_is_stale():
    """Whatever its time and content."""
    assert judge(candidate(1, 99, "new"), head_of(candidate(2, 1))) == Stale(7)


@pytest.mark.parametrize("event", [0, 5, 9])
def test_the_same_version_and_hash_is_a_duplicate_whenever_it_comes(event: int):
    """Only Date and Time changed, or nothing: the event time plays no part."""
    assert judge(candidate(2, event, "same"), head_of(candidate(2, 5, "same"))) == Duplicate(7)


def test_the_same_content_in_a_higher_version_is_published():
    """A hash tells duplicates within one Version only."""
    assert judge(candidate(2, 1, "same"), head_of(candidate(1, 1, "same"))) == Accepted(7)


def test_a_repeated_version_with_a_later_time_replaces():
    """Other content, later event time: published and remarked."""
    verdict = judge(candidate(2, 6, "b"), head_of(candidate(2, 5, "a")))
    assert verdict == Accepted(7, None, (Remark.VERSION_REPEATED,))


def test_a_repeated_version_with_an_earlier_time_is_stale():
    """Other content, earlier event time: it was replaced already."""
    assert judge(candidate(2, 4, "b"), head_of(candidate(2, 5, "a"))) == Stale(7)


def test_a_repeated_version_with_the_same_time_is_a_conflict():
    """Other content at the same (Version, time): refused by name, with the place in the document."""
    verdict = judge(candidate(2, 5, "b"), head_of(candidate(2, 5, "a")))
    assert isinstance(verdict, Refused)
    assert verdict.refusal.reason is Reason.VERSION_CONFLICT
    assert verdict.refusal.where == "OdfBody/@Version"
    assert "seq 7" in verdict.refusal.detail


@pytest.mark.parametrize("version, event", [(2, 5), (2, 6), (3, 1)])
def test_a_withdrawal_at_the_heads_version_or_above_takes_it_back(version: int, event: int):
    """It names the head as what it supersedes."""
    assert judge(withdrawal(version, event), head_of(candidate(2, 5))) == Accepted(prev=7, supersedes=7)


def test_a_withdrawal_below_the_head_is_stale():
    """A lower Version withdraws nothing, whether the head stands or is withdrawn."""
    assert judge(withdrawal(1, 9), head_of(candidate(2, 5))) == Stale(7)
    assert judge(withdrawal(1, 9), head_of(withdrawal(2, 5))) == Stale(7)


@pytest.mark.parametrize("event", [4, 5, 6])
def test_a_repeated_withdrawal_is_a_duplicate(event: int):
    """The same Version again, at whatever time."""
    assert judge(withdrawal(2, event), head_of(withdrawal(2, 5))) == Duplicate(7)


def test_a_removed_head_is_a_tombstone_like_a_withdrawn_one():
    """Of the head only matters that it is no put."""
    removed = head_of(candidate(2, 5, op=Op.REMOVED))
    assert judge(withdrawal(2, 6), removed) == Duplicate(7)
    assert judge(candidate(2, 6), removed) == Accepted(7)


def test_a_late_copy_of_a_withdrawal_does_not_take_back_the_new_publication():
    """At the head's own Version, earlier than the head: stale."""
    assert judge(withdrawal(2, 5), head_of(candidate(2, 6))) == Stale(7)


@pytest.mark.parametrize(
    "version, event, expected",
    [(3, 1, Accepted(7)), (2, 6, Accepted(7)), (2, 5, Stale(7)), (2, 4, Stale(7)), (1, 9, Stale(7))],
)
def test_after_a_withdrawal_only_what_is_newer_publishes_again(version: int, event: int, expected: Verdict):
    """A higher Version, or the same with a later time; no remark and nothing superseded."""
    assert judge(candidate(version, event, "again"), head_of(withdrawal(2, 5))) == expected


def test_a_version_that_did_not_come_in_time_is_remarked():
    """After the window; one that came and was quarantined is not missing."""
    missing = judge(candidate(4), head_of(candidate(1)), seen={2})
    assert missing == Accepted(7, None, (Remark.VERSION_MISSING,))
    assert judge(candidate(4), head_of(candidate(1)), seen={2, 3}) == Accepted(7)
    assert judge(withdrawal(3), head_of(candidate(1))) == Accepted(7, 7, (Remark.VERSION_MISSING,))


def test_an_unusual_status_flows_with_a_remark():
    """OFFICIAL to LIVE does not usually happen; LIVE to OFFICIAL does."""
    unusual = judge(candidate(2, status="LIVE"), head_of(candidate(1, status="OFFICIAL")))
    usual = judge(candidate(2, status="OFFICIAL"), head_of(candidate(1, status="LIVE")))
    assert unusual == Accepted(7, None, (Remark.UNUSUAL_STATUS,), official=7, left=Left(status="OFFICIAL"))
    assert usual == Accepted(7, left=Left(status="LIVE"))


def test_both_remarks_can_meet():
    """A repeated Version may change its status unusually as well."""
    verdict = judge(candidate(2, 6, "b", status="LIVE"), head_of(candidate(2, 5, "a", status="OFFICIAL")))
    remarks = (Remark.VERSION_REPEATED, Remark.UNUSUAL_STATUS)
    assert verdict == Accepted(7, None, remarks, official=7, left=Left(status="OFFICIAL"))


@pytest.mark.parametrize(
    "before, after, notes, supersedes",
    [
        ("OFFICIAL", "OFFICIAL", ("rank 3 corrected",), 7),
        ("OFFICIAL", "OFFICIAL", (), None),
        ("UNOFFICIAL", "OFFICIAL", ("a note",), None),
        ("OFFICIAL", "PROTESTED", ("a note",), None),
        (None, None, ("a note",), None),
    ],
)
def test_only_an_official_result_with_a_note_corrects_an_official_one(
    before: str | None, after: str | None, notes: tuple[str, ...], supersedes: int | None
):
    """A routine re-send carries no Note; a Note on anything else corrects nothing."""
    verdict = judge(candidate(2, status=after, notes=notes), head_of(candidate(1, status=before)))
    assert verdict.supersedes == supersedes


def test_a_message_without_a_document_carries_no_note():
    """Derived messages have no document header: Version 0, nothing corrected."""
    plain = candidate(0, 2, "b", status="OFFICIAL")
    derived = type(plain)(type(plain.message)(**{**_fields(plain.message), "document": None}), "b")
    verdict = judge(derived, head_of(candidate(0, 1, "a", status="OFFICIAL")))
    assert verdict == Accepted(7, None, (Remark.VERSION_REPEATED,), official=7)


def test_a_correction_after_a_protest_names_the_official_result_before_it():
    """OFFICIAL, PROTESTED, OFFICIAL with a Note: what is corrected is the first, and the head remembers it."""
    official = head_of(candidate(1, status="OFFICIAL"))
    protested = judge(candidate(2, status="PROTESTED"), official)
    assert isinstance(protested, Accepted)
    assert protested.official == 7
    index = replace(index_of(candidate(2, status="PROTESTED")), official=protested.official)
    corrected = judge(candidate(3, status="OFFICIAL", notes=("disqualified",)), Head(8, index))
    assert corrected == Accepted(8, 7, (), official=7, left=Left(status="PROTESTED"))


def test_what_was_withdrawn_is_not_corrected():
    """After a withdrawal the topic has no official result that a later one could correct."""
    index = replace(index_of(withdrawal(2)), official=7)
    verdict = judge(candidate(3, status="OFFICIAL", notes=("new",)), Head(8, index))
    assert verdict == Accepted(8)


def at(venue: str, version: int) -> Candidate:
    return candidate(version, version, body=ResultBody(venue=venue))


@pytest.mark.parametrize(
    "path, told",
    [
        ([at("A", 1), at("A", 2)], [None, None]),
        ([at("A", 1), at("B", 2), at("B", 3)], [None, "A", None]),
        ([candidate(1), at("A", 2), candidate(3), candidate(4)], [None, None, "A", None]),
        ([at("A", 1), withdrawal(1, 2), at("A", 2)], [None, "A", None]),
        ([at("A", 1), withdrawal(1, 2), at("B", 2), withdrawal(3)], [None, "A", "A", "B"]),
        ([at("A", 1), at("B", 2), withdrawal(2, 3), withdrawal(3)], [None, "A", "B", "B"]),
        ([candidate(1), withdrawal(1)], [None, None]),
        ([withdrawal(1), at("A", 2)], [None, None]),
    ],
)
def test_a_message_tells_which_venue_its_topic_leaves(path: list[Candidate], told: list[str | None]):
    """The one of the head, if that is another; a tombstone has no venue of its own and remembers where it was."""
    head, found = None, []
    for seq, new in enumerate(path, 1):
        verdict = judge(new, head)
        assert isinstance(verdict, Accepted)
        found.append(verdict.left.venue)
        head = Head(seq, read_index(headers_of(new, "id", left=verdict.left)))
    assert found == told


@pytest.mark.parametrize("new", [candidate(4, recv=100), withdrawal(4, recv=100)])
def test_a_jump_waits_for_the_missing_versions_until_the_window_from_receipt(new: Candidate):
    """One microsecond before the window's end it still waits, at its end it is published."""
    head = head_of(candidate(1))
    assert judge(new, head, now=100) == Wait(until=100 + WINDOW)
    assert judge(new, head, now=99 + WINDOW) == Wait(until=100 + WINDOW)
    assert isinstance(judge(new, head, now=100 + WINDOW), Accepted)


def test_a_jump_after_a_withdrawal_waits_as_well():
    """The head's Version counts, whatever the head says."""
    assert isinstance(judge(candidate(4), head_of(withdrawal(1)), now=0), Wait)


def test_versions_that_were_quarantined_are_not_waited_for():
    """All missing ones were seen: published at once; one of them was not: it is waited for."""
    head = head_of(candidate(1))
    assert judge(candidate(4), head, now=0, seen={2, 3}) == Accepted(7)
    assert isinstance(judge(candidate(4), head, now=0, seen={3}), Wait)
    assert isinstance(judge(candidate(4), head, now=0, seen={1, 4, 5}), Wait)


def test_what_is_stale_or_a_duplicate_never_waits():
    """Only what would be published waits."""
    head = head_of(candidate(4, 5, "a"))
    assert isinstance(judge(candidate(4, 5, "a"), head, now=0), Duplicate)
    assert isinstance(judge(candidate(1), head, now=0), Stale)


def test_a_sender_that_restarts_far_above_is_judged_quickly():
    """A jump of a thousand million Versions still waits, without looking at each of them."""
    assert isinstance(judge(candidate(10**9), head_of(candidate(1)), now=0), Wait)
    assert isinstance(judge(candidate(10**9), head_of(candidate(1)), now=0, seen=range(10**9)), Accepted)


def _fields(message: Message) -> dict[str, object]:
    return {name: getattr(message, name) for name in message.__struct_fields__}
