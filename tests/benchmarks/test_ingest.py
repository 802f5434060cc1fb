import asyncio
from pathlib import Path

import pytest

from benchmarks import ingest
from benchmarks.clients import document
from benchmarks.ingest import BARE, IN_FLIGHT, POSTED, REPLAYED, Round, _row, measure, replay, shared
from benchmarks.service import feed_up


@pytest.mark.slow
async def test_all_store_the_same_number_of_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Three rows for each sort of documents and number of processes; one that was not stored anew would end the run."""
    monkeypatch.setattr(ingest, "DOCUMENTS", 200)
    rows = await measure(tmp_path, 1, 1.0, (2_000,))
    cells = [row.strip("| ").split(" | ") for row in rows if row.startswith("| 2,000 B")]
    sorts = ("2,000 B, live", "2,000 B, all rows new")
    expected = [[sort, who] for sort in sorts for who in (BARE, POSTED, REPLAYED)]
    assert [each[:2] for each in cells] == 2 * expected
    assert all(float(each[2].replace(",", "")) > 1 for each in cells)
    assert all(float(each[4].removesuffix(" ms")) > 0 for each in cells if each[1] != BARE)


async def test_so_many_are_in_flight_and_no_more():
    """Each document is sent once."""
    flying, most, sent = 0, 0, []

    async def send(each: bytes) -> None:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        sent.append(each)

    documents = [b"%d" % number for number in range(3 * IN_FLIGHT)]
    await shared(documents, send)
    assert (sorted(sent), most) == (sorted(documents), IN_FLIGHT)


async def test_a_document_that_is_not_stored_ends_a_replay(tmp_path: Path):
    """The second time all are duplicates, which cost less."""
    documents = [document(number, 20, 1_000) for number in range(20)]
    async with feed_up(tmp_path) as (url, _):
        await replay(url, documents)
        with pytest.raises(ConnectionError, match=r"'duplicate': 20"):
            await replay(url, documents)


def test_a_ratio_is_of_rounds_that_follow_each_other():
    """The median of the ratios, with the CPU of both sides; the floor has no service."""
    floor, ours = [Round(1000, 0, 0.1), Round(2000, 0, 0.1)], [Round(500, 0.6, 0.2), Round(500, 0.8, 0.2)]
    assert _row("6 kB", POSTED, ours, floor) == "| 6 kB | service | 500 | 0.38 (0.25 to 0.50) | 0.70 ms | 0.20 ms |"
    assert _row("6 kB", BARE, floor, floor) == "| 6 kB | bare publish | 1,500 | 1 |  | 0.10 ms |"
