import pytest

from feed.core.board import Board
from feed.core.record_views import Archives, is_of
from schemas.ledger import MedalView
from tests.core.record_makers import EVENT, Stream, heat, mark, of_type, records, stood, swim


def test_the_newest_table_of_each_record_is_shown():
    """Official or with what is pending; a row says which."""
    stream = Stream()
    stream.post(
        records(1, of_type("WR", stood("old", "46.40"))), heat(1, swim("a", "46.39", mark("WR")), status="LIVE")
    )
    archive = Board.of(stream.entries).view(Archives).of("XA")
    shown = {
        view: [
            (line.pending, line.standing and line.standing.result)
            for part in archive.chosen(view, lambda _: True, frozenset())
            for line in part.records
        ]
        for view in MedalView
    }
    assert shown == {MedalView.OFFICIAL: [(False, "46.40")], MedalView.PROVISIONAL: [(True, "46.39")]}
    assert archive.seq == [entry.seq for entry in stream.entries if entry.kind == "record_table"][-1]
    assert Archives().of("XA").chosen(MedalView.OFFICIAL, lambda _: True, frozenset()) == ()


@pytest.mark.parametrize(
    "code, event, holds",
    [
        (EVENT, EVENT, True),
        ("SWMM100MFR----------------50M-----", EVENT, True),
        ("SWMM200MFR" + 24 * "-", EVENT, False),
        ("ATM1000000", "ATM1000000", True),
        ("ATM1000000", EVENT, False),
    ],
)
def test_a_record_is_of_an_event(code: str, event: str, *, holds: bool):
    """Also at part of its distance; older ids are those of records themselves."""
    assert is_of(code, event) is holds
