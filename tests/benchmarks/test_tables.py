from pathlib import Path

import pytest

from benchmarks import tables
from benchmarks.service import feed_up
from feed.candidate import Receipt
from feed.venues.odf import decode


def test_every_decided_event_is_another_one_and_gives_three_medals():
    """Codes of their own in many disciplines, each with a field as large as a live result's."""
    results = [tables.decided(number) for number in range(120)]
    (candidates,) = zip(*(decode(each, Receipt(0, None, lambda _: None)).candidates for each in results), strict=True)
    messages = [each.message for each in candidates]
    assert len({message.code for message in messages}) == len(messages)
    assert len({message.code[:3] for message in messages}) == tables.DISCIPLINES
    assert {message.status for message in messages} == {"OFFICIAL"}
    assert all([row.rank for row in message.body.competitors[:3]] == ["1", "2", "3"] for message in messages)
    assert all(0.95 * tables.SIZE < len(each) <= tables.SIZE for each in results)


async def test_the_table_comes_behind_the_result_that_changed_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Both are seen on the socket of one subscriber; a row for each."""
    monkeypatch.setattr(tables, "_WARM_UP", 2)
    async with feed_up(tmp_path / "one") as (url, _):
        found = await tables.run(url, 10)
    assert 0 < found.results.p50 <= found.tables.p50
    assert found.ratio == found.tables.p99 / found.results.p99 >= 1
    lines = await tables.measure(tmp_path, rounds=1, seconds=0.5)
    assert [line.split(" | ")[0] for line in lines[4:6]] == ["| the OFFICIAL result", "| the changed medal table"]
