from pathlib import Path

import pytest

from benchmarks.clients import Posters, document
from benchmarks.service import feed_up
from benchmarks.witness import Notes, Witness
from feed.core.frames import text_frame

RESULT = b'{"seq":7,"type":"result","prev":0,"caused_by":null,"body":{"x":"\\"caused_by\\":5%b"}}' % (b"y" * 70_000)
TABLES = (
    b'{"seq":8,"type":"medal_table","prev":0,"caused_by":7,"body":{}}',
    b'{"seq":9,"type":"medal_table","prev":0,"caused_by":7,"body":{}}',
)


@pytest.mark.parametrize("cut", [1, 1_000, 100_000])
def test_messages_are_noted_by_their_cause_when_their_last_byte_is_there(cut: int):
    """The first of several with one cause; control frames are no messages, and bodies are not looked into."""
    notes = Notes()
    stream = b"".join(map(text_frame, (b'{"type":"hello"}', RESULT, *TABLES)))
    for start in range(0, len(stream), cut):
        notes.take(stream[start : start + cut], start)
    ends = [len(b"".join(map(text_frame, texts))) for texts in ((b'{"type":"hello"}', RESULT), TABLES[1:])]
    result, table = ends[0], len(stream) - ends[1]
    moments = {("result", 7): (result - 1) // cut * cut, ("medal_table", 7): (table - 1) // cut * cut}
    assert notes.arrivals == moments
    assert notes.counts == {"result": 1, "medal_table": 1}


async def test_a_witness_keeps_what_the_service_sends(tmp_path: Path):
    """Every result by the sequence that its sender was told."""
    async with feed_up(tmp_path) as (url, _):
        witness, posters = Witness(url), Posters(url)
        seqs = [await posters.post(document(number, 3, 600)) for number in range(3)]
        arrivals = witness.finish("result", 3)
    assert sorted(seq for kind, seq in arrivals if kind == "result") == seqs


async def test_a_witness_that_is_refused_is_an_error(tmp_path: Path):
    """No round is measured with nobody there."""
    async with feed_up(tmp_path) as (url, _):
        with pytest.raises(EOFError):
            Witness(url, "/v1/nothing")
