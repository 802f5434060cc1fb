from typing import Any

import pytest

from feed.core.entry import Entry
from feed.core.index import Index
from feed.core.sources import Sources
from schemas.message import BodyRef, Lane, Op, Stamps
from schemas.rsc import parse_code
from schemas.source import Source, SourceBody, State
from schemas.topic import Topic
from schemas.wire import encode, splice_seq
from tests.core.makers import entry

VENUE_CODE = "BKB-----------------------BCY-----"
ON = SourceBody(state=State.ON, since=5, keep_alive_seconds=60, tolerance_seconds="a little")


def source_entry(
    seq: int, name: str = "BCYBKB1", body: SourceBody | None = ON, code: str = VENUE_CODE, op: Op = Op.PUT, **more: Any
) -> Entry:
    topic = str(Topic("XG2030", parse_code(code), "source", (name,)))
    stored = Source(
        prev=0,
        topic=topic,
        op=op,
        competition="XG2030",
        code=code,
        unit=None,
        version=1,
        status=None,
        source=name,
        lane=Lane.LIVE,
        ts=Stamps(event=5, recv=0, published=0),
        document=None,
        body=body if op is Op.PUT else None,
        **more,
    )
    return Entry(seq, topic, Index(1, 5, 0, "h", op, None), splice_seq(encode(stored), seq))


def known(*entries: Entry) -> Sources:
    sources = Sources()
    for each in entries:
        sources.apply(each)
    return sources


def test_a_system_is_shown_as_it_spoke_last():
    """Its name, where it is, since when it is on or off, and how long it may be silent, as it was sent."""
    off = SourceBody(state=State.OFF, since=9)
    roll = known(source_entry(1), source_entry(2, body=off), source_entry(3, "ABKB2")).of("XG2030")
    assert roll.seq == 3
    other, row = roll.rows()
    assert (row.source, row.seq, row.state, row.since, row.keep_alive_seconds) == ("BCYBKB1", 2, State.OFF, 9, None)
    assert (other.state, other.since, other.keep_alive_seconds, other.tolerance_seconds) == (
        State.ON,
        5,
        60,
        "a little",
    )
    assert (row.code, row.discipline, row.venue) == (VENUE_CODE, "BKB", "BCY")
    assert row.topic == "XG2030.BKB.-.-.-.BCY.source.BCYBKB1"


@pytest.mark.parametrize(
    "code, discipline, venue",
    [
        (VENUE_CODE, "BKB", "BCY"),
        ("BKB" + 31 * "-", "BKB", None),
        ("ATHM100M--------------FNL-000100--", "ATH", None),
        ("ATH-------------------FNL-000100--", "ATH", None),
        ("ATM001101", "AT", None),
        ("CENTRAL", None, None),
    ],
)
def test_a_code_tells_discipline_and_venue_as_far_as_it_can(code: str, discipline: str | None, venue: str | None):
    """The venue's code stands where a unit's would; what else stands there is no venue."""
    (row,) = known(source_entry(1, code=code)).of("XG2030").rows()
    assert (row.discipline, row.venue) == (discipline, venue)


def test_what_was_taken_back_is_gone():
    """And other kinds and competitions are no systems; a competition without any has an empty roll."""
    sources = known(source_entry(1), entry(2), source_entry(3, op=Op.WITHDRAWN))
    assert (sources.of("XG2030").rows(), sources.of("XG2030").seq) == ((), 3)
    assert (sources.of("NOBODY").rows(), sources.of("NOBODY").seq) == ((), 0)


def test_a_body_that_is_kept_apart_tells_nothing():
    """The system is shown all the same."""
    ref = BodyRef(sha256="0" * 64, bytes=600_000, media="application/json")
    (row,) = known(source_entry(1, body=None, body_ref=ref)).of("XG2030").rows()
    assert (row.source, row.state, row.since) == ("BCYBKB1", None, None)
