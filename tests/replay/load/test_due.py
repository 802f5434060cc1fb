import json

from replay.load.due import due
from replay.load.index import Index


def line(seq: int, topic: str, *, recv: int, document: str | None = None, caused_by: int | None = None) -> bytes:
    stamps = {"event": 0, "recv": recv, "published": 0}
    message = {"seq": seq, "prev": 0, "topic": f"XA.ATH.-.-.-.-.{topic}", "op": "put", "ts": stamps}
    return json.dumps(message | {"document": document and {"code": document}, "caused_by": caused_by}).encode()


def stream(*lines: bytes) -> Index:
    return Index("E", lines)


def test_what_came_with_a_document_is_due_with_it():
    """An answer names a hundred of its messages; another document of the same time is another, and so is a re-send."""
    index = stream(
        line(1, "unit.A", recv=5, document="D"),
        line(2, "unit.B", recv=5, document="D"),
        line(3, "unit.C", recv=5, document="E"),
        line(4, "unit.D", recv=6, document="D"),
    )
    assert due({1: 2.5}, index) == {1: 2.5, 2: 2.5}


def test_what_a_message_caused_is_due_with_it():
    """And what that caused in its turn; what nobody planned causes nothing that was."""
    index = stream(
        line(1, "result", recv=5, document="D"),
        line(2, "ledger.official.X", recv=5, caused_by=1),
        line(3, "medal_table.official", recv=5, caused_by=2),
        line(4, "source.S", recv=6),
        line(5, "ledger.official.Y", recv=6, caused_by=4),
    )
    assert due({1: 2.5}, index) == {1: 2.5, 2: 2.5, 3: 2.5}


def test_long_lists_have_no_moment():
    """They wait for what is live, and that is no latency."""
    index = stream(line(1, "participant.P", recv=5, document="D"), line(2, "result", recv=6, document="E"))
    assert due({1: 2.5, 2: 3.5}, index) == {2: 3.5}
