import gzip
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replay.capture import Captured
from replay.verify.captures import compare_captures
from tests.replay.captured import captured, games

PLAYED = games("XG2030", units=3, versions=4)


def counts(kept: list[Captured]) -> dict[str, int]:
    return compare_captures(PLAYED, kept).counts


@given(st.randoms(use_true_random=False), st.data())
def test_units_may_mix_and_documents_may_come_again(chance: random.Random, data: st.DataObject):
    """Each document's versions in their order is all that is asked, and that all are there once at least."""
    lanes = [[each for each in PLAYED if each.data.count(b"%06d" % unit)] for unit in (1, 2, 3)]
    assert sum(map(len, lanes)) == len(PLAYED)
    kept: list[Captured] = []
    while lanes := [lane for lane in lanes if lane]:
        kept.append(chance.choice(lanes).pop(0))
        if data.draw(st.booleans()):
            kept.append(chance.choice(kept))
    found = compare_captures(PLAYED, kept)
    assert (found.counts, found.again) == ({}, len(kept) - len(PLAYED))


def test_packed_and_unpacked_are_the_same_document():
    """The service keeps what came; who sent it and when is not compared."""
    first = replace(PLAYED[0], data=gzip.compress(PLAYED[0].data), encoding="gzip", source="OTHER", recv=1)
    assert compare_captures(PLAYED, [first, *PLAYED[1:]]).is_right


@pytest.mark.parametrize(
    "change, name",
    [
        (lambda kept: kept[:5] + kept[6:], "missing"),
        (lambda kept: [*kept, captured("XG2031")], "foreign"),
        (lambda kept: [kept[3], *kept[:3], *kept[4:]], "out_of_order"),
        (lambda kept: [*kept, Captured(kept[-1].recv, "", "odf", "gzip", b"none")], "foreign"),
    ],
)
def test_what_is_wrong_has_its_name(change: Callable[[list[Captured]], list[Captured]], name: str):
    """Lost, made up, or a version before the one that it follows."""
    assert counts(change(PLAYED)) == {name: 1}


def test_what_is_missing_is_told_by_its_place():
    """In what was played, from 1."""
    (finding,) = compare_captures(PLAYED, PLAYED[1:]).findings
    assert (finding.name, finding.seq) == ("missing", 1)
