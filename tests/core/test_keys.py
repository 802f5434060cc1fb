import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.candidate import Candidate, Decoded, Listing, Sender
from feed.core.board import Board
from feed.core.filters import parse_filter
from feed.core.keys import PLAIN_BYTES_MAX, Key, Right, holds, offence
from feed.core.scope import Scope
from feed.errors import ErrorName
from feed.refusals import FORBIDDEN, Reason, Refusal
from schemas.result import ResultBody
from tests.core.key_makers import SECRET, WRITE, key, refused, sender
from tests.core.makers import candidate, entry

SWIMMING = "XG2030.SWM.M.100MFR.FNL.000100.result"


def decoded(*candidates: Candidate, flag: str = "P", **fields: Any) -> Decoded:
    return Decoded(candidates or (candidate(),), flag=flag, **fields)


SIGN = Decoded(flag="P", topic=SWIMMING, sign=Sender("XG2030", "STAATH1", 0))


def from_venue(venue: str) -> Candidate:
    return candidate(body=ResultBody(venue=venue))


def test_a_key_keeps_the_digest_of_its_secret_only():
    """The record on the stream has no secret in it and comes back as it was."""
    made = key()
    stored = msgspec.json.encode(made)
    assert SECRET.encode() not in stored
    assert made.hash == hashlib.sha256(SECRET.encode()).hexdigest()
    assert msgspec.json.decode(stored, type=Key) == made


@pytest.mark.parametrize(
    "fields",
    [{"flags": ()}, {"flags": ("X",)}, {"flags": ("P", "T"), "rights": WRITE}, {"flags": (), "rights": WRITE}],
)
def test_a_key_that_could_write_into_two_worlds_cannot_be(fields: dict[str, Any]):
    """Who writes has exactly one flag, everybody has at least one; also when the record comes from the stream."""
    with pytest.raises(ValueError, match="flag"):
        key(**fields)
    stored = msgspec.json.encode(msgspec.to_builtins(key()) | msgspec.to_builtins(fields))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(stored, type=Key)


@pytest.mark.parametrize(
    "fields",
    [
        {"rights": {Right.READ, Right.URL, Right.WRITE}},
        {"rights": {Right.URL}},
        {"rights": {Right.URL, Right.ADMIN}},
        {"delay_seconds": -1},
        {"delay_seconds": 1, "rights": WRITE},
    ],
)
def test_a_key_that_makes_no_sense_cannot_be(fields: dict[str, Any]):
    """What stands in an address reads and does nothing else; only what is read can be late."""
    with pytest.raises(ValueError, match=r"address|delay"):
        key(**fields)


@pytest.mark.parametrize(
    "limits, document, reason",
    [
        ({}, decoded(), None),
        ({"flags": ("T",)}, decoded(), Reason.WRONG_FLAG),
        ({}, decoded(flag="T"), Reason.WRONG_FLAG),
        ({"flags": ("T",)}, decoded(flag="T"), None),
        ({"source": "STAATH1"}, decoded(), None),
        ({"source": "SWMOVR1"}, decoded(), Reason.WRONG_SOURCE),
        ({"scope": Scope.of(["XG2030"], ["ATH"])}, decoded(), None),
        ({"scope": Scope.of(["XG2031"], [])}, decoded(), Reason.WRONG_COMPETITION),
        ({"scope": Scope.of([], ["SWM"])}, decoded(), Reason.WRONG_COMPETITION),
        ({"scope": Scope.of([], ["ATH"])}, decoded(candidate(), candidate(topic=SWIMMING)), Reason.WRONG_COMPETITION),
        (
            {"scope": Scope.of([], ["ATH"])},
            decoded(listing=Listing(candidate(topic=SWIMMING), full=True)),
            Reason.WRONG_COMPETITION,
        ),
        ({"scope": Scope.of([], [], ["SDF"])}, decoded(from_venue("SDF")), None),
        ({"scope": Scope.of([], [], ["SDF"])}, decoded(from_venue("AQC")), Reason.WRONG_COMPETITION),
        ({"scope": Scope.of([], [], ["SDF"])}, decoded(), None),
        ({"scope": Scope.of([], [], ["Stade, É"])}, decoded(from_venue("Stade, É")), None),
        ({"scope": Scope.of([], ["SWM"], ["SDF"])}, decoded(from_venue("SDF")), Reason.WRONG_COMPETITION),
        ({"flags": ("T",), "source": "X", "scope": Scope.of([], [], ["Y"])}, decoded(), Reason.WRONG_FLAG),
        ({"source": "X", "scope": Scope.of(["Y"], [])}, decoded(), Reason.WRONG_SOURCE),
        ({"source": "STAATH1", "scope": Scope.of(["XG2030"], ["SWM"])}, SIGN, None),
        ({"source": "STAATH2"}, SIGN, Reason.WRONG_SOURCE),
        ({"scope": Scope.of(["XG2031"], [])}, SIGN, Reason.WRONG_COMPETITION),
        ({"scope": Scope.of([], ["ATH"])}, SIGN, Reason.WRONG_COMPETITION),
    ],
)
def test_a_sender_writes_what_its_key_is_for(limits: dict[str, Any], document: Decoded, reason: Reason | None):
    """World, source, then competition, discipline and venue; one entity outside refuses it, and so does a mere sign."""
    found = offence(sender(**limits), document)
    assert (found.reason if found else None) is reason
    assert reason is None or reason in FORBIDDEN


@pytest.mark.parametrize(
    "limits, document, is_held",
    [
        ({}, decoded(topic=SWIMMING), True),
        ({}, decoded(), False),
        ({}, decoded(topic=SWIMMING, flag="T"), False),
        ({"scope": Scope.of([], ["ATH"])}, decoded(topic=SWIMMING), False),
        ({"scope": Scope.of([], ["SWM"], ["AQC"])}, decoded(topic=SWIMMING), True),
    ],
)
def test_a_refused_document_counts_for_the_topics_of_its_key_only(
    limits: dict[str, Any],
    document: Decoded,
    is_held: bool,  # noqa: FBT001 - a case
):
    """Nobody makes the gate believe that a Version of somebody else's document has come."""
    document = msgspec.structs.replace(document, refusal=Refusal(Reason.BAD_TIME, "d"))
    assert holds(sender(**limits), document) is is_held


def test_a_document_may_be_as_large_as_its_key_allows():
    """10 MB, with `bulk` as much as the service takes; never more than that."""
    assert sender().bytes_max(1 << 25) == PLAIN_BYTES_MAX == 10 << 20
    assert sender(rights=WRITE | {Right.BULK}).bytes_max(1 << 25) == 1 << 25
    assert sender().bytes_max(1_000) == 1_000


COMPETITIONS, DISCIPLINES = ("XA", "XB", "~C3~89"), ("ATH", "SWM", "-")
TOPICS = [
    f"{competition}.{discipline}.M.100M.FNL.000100.result" for competition in COMPETITIONS for discipline in DISCIPLINES
]
wildcards = st.lists(
    st.tuples(
        st.sampled_from([*COMPETITIONS, "*"]),
        st.sampled_from([*DISCIPLINES, "*"]),
        st.sampled_from([">", "*.*.*.*.*", "M.100M.FNL.000100.result", "*.*.*.*.result"]),
    ).map(".".join)
    | st.just(">")
    | st.sampled_from([f"{token}.>" for token in (*COMPETITIONS, "*")]),
    max_size=4,
)
scopes = st.builds(
    Scope,
    st.lists(st.sampled_from(sorted(COMPETITIONS)), unique=True).map(sorted).map(tuple),
    st.lists(st.sampled_from(sorted(DISCIPLINES)), unique=True).map(sorted).map(tuple),
)


@given(wildcards, scopes, st.lists(st.sampled_from(TOPICS), max_size=20))
@settings(max_examples=400, deadline=None)
def test_nothing_outside_a_scope_is_seen_whatever_the_filter(wanted: list[str], scope: Scope, stored: list[str]):
    """Log and board give what the filter would give anybody, less what lies outside; a filter all outside is told."""
    entries = [entry(seq, topic) for seq, topic in enumerate(stored, 1)]
    board = Board()
    for each in entries[: len(entries) // 2]:
        board.apply(each)
    part = board.within(scope)
    for each in entries[len(entries) // 2 :]:
        board.apply(each)

    def is_inside(topic: str) -> bool:
        competition, discipline, *_ = topic.split(".")
        return competition in (scope.competitions or COMPETITIONS) and discipline in (scope.disciplines or DISCIPLINES)

    assert part is board.within(scope)
    assert part.snapshot(lambda _: True) == [each for each in board.snapshot(lambda _: True) if is_inside(each.topic)]
    assert [part.get(topic) for topic in TOPICS] == [board.get(topic) if is_inside(topic) else None for topic in TOPICS]
    assert sum(part.competitions().values()) == len(part) == len(part.snapshot(lambda _: True))
    if not all(any(is_inside(topic) and _takes(text, topic) for topic in TOPICS) for text in wanted):
        assert refused(parse_filter, wanted, [], scope) is ErrorName.NOT_ENTITLED
        return
    wish = parse_filter(wanted, [], scope)
    anybodys = parse_filter(wanted, [])
    assert [each for each in entries if wish.wants(each)] == [
        each for each in entries if anybodys.wants(each) and is_inside(each.topic)
    ]
    assert (wish == anybodys) is scope.is_whole


def _takes(pattern: str, topic: str) -> bool:
    return parse_filter([pattern], []).wants(entry(1, topic))
