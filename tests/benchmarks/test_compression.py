from itertools import islice
from pathlib import Path

import pytest

from benchmarks.compression import Bytes, Subscriber, measure, sorts
from benchmarks.dictionary import entries_of
from benchmarks.rehearsed import rehearsed, simulated
from feed.core.compression import compress
from feed.core.encodings import COMPRESSED, FRAMED, Encoding
from schemas.control import Pong
from tests.core.makers import entry


def test_bytes_are_counted_as_they_are_sent():
    """The service's own frames, and what zstd alone makes of them."""
    found, texts = Bytes(), [entry(seq, size=500).json for seq in (1, 2)]
    for text in texts:
        found.add(text)
    assert (found.count, found.plain) == (2, sum(map(len, texts)))
    assert found.compressed == sum(len(compress(text)) for text in texts) < found.without < found.plain
    assert found.row("all").startswith(f"| all | 2 | {found.plain / 2:,.0f} |")


@pytest.mark.parametrize("encoding", [FRAMED["json"], COMPRESSED["json"]])
def test_only_messages_are_counted(encoding: Encoding):
    """Compressed or not; heartbeats come in both."""
    reader = Subscriber("h")
    frames = encoding.batch([entry(1), entry(2, size=300), entry(3, size=100_000)], "e") + encoding.control(Pong(ts=1))
    reader.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frames[:20])
    reader.data_received(frames[20:])
    assert reader.frames == 3


@pytest.mark.slow
async def test_everything_is_delivered_in_both_ways(tmp_path: Path):
    """A message that is missing would not let a round end; the table tells ratios and the aim."""
    games = list(islice(rehearsed(simulated("small", 5), 5), 600))
    rows = await measure(tmp_path, 1, 0.3, (2,), games)
    assert [row for row in rows if row.startswith("| all | 600 |")]
    assert any(row.startswith("| 2 | ") and " us | " in row for row in rows)
    assert rows[-1].startswith("Aim: at least 3 times fewer bytes at no more than 1.3 times the CPU: ")
    assert set(sorts(entries_of(games))) >= {"all", "all in MessagePack"}
