from pathlib import Path

import pytest

from feed.core.log import AbsentError
from feed.errors import OutcomeUnknownError
from feed.serve import log
from tests.documents import fresh_competition, large, odf
from tests.service_fixture import House, Running, opened


async def test_pages_follow_each_other_to_the_tip(service: Running):
    """`next` of a page is `after` of the next one: in pages everything comes once and in order."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in range(1, 8)))
    found: list[int] = []
    cursor = "0"
    while True:
        _, page = await service.get(f"/v1/log?filter={competition}.%3E&limit=3&after={cursor}")
        if not page["messages"]:
            break
        assert len(page["messages"]) <= 3
        found += [message["seq"] for message in page["messages"]]
        cursor = page["next"]
    assert found == seqs
    assert int(page["next"].split(":")[1]) == page["tip"] >= seqs[-1]


async def test_a_narrow_filter_moves_on_as_well(service: Running):
    """`next` is the last sequence scanned, not the last one that matched."""
    await service.store(odf(fresh_competition()))
    _, page = await service.get("/v1/log?filter=NOBODY.%3E")
    assert page["messages"] == []
    assert page["next"].endswith(f":{page['tip']}")


async def test_the_tip_as_cursor_gives_an_empty_page(service: Running):
    """At the tip there is nothing more, and the same cursor comes back."""
    _, page = await service.get("/v1/log?limit=1")
    cursor = f"{page['next'].split(':')[0]}:{page['tip']}"
    _, page = await service.get(f"/v1/log?after={cursor}")
    assert page["messages"] == []


async def test_a_long_scan_stops_and_says_how_far_it_came(house: House, monkeypatch: pytest.MonkeyPatch):
    """One request scans a bounded part of the log; its cursor continues behind that."""
    monkeypatch.setattr(log, "SCAN_MAX", 3)
    monkeypatch.setattr(log, "LIMIT_MAX", 2)
    seqs = await house.store(*(odf("XA", version) for version in range(1, 8)))
    _, page = await house.get("/v1/log?filter=NOBODY.%3E&limit=2")
    assert page["messages"] == []
    assert page["next"].endswith(":4")
    assert page["tip"] == seqs[-1]


async def test_a_page_has_a_size(house: House, monkeypatch: pytest.MonkeyPatch):
    """A page ends when it is full of bytes, and the next one goes on behind it."""
    monkeypatch.setattr(log, "PAGE_BYTES", 250_000)
    await house.store(*(large("XA", version, size=100_000) for version in range(1, 6)))
    _, page = await house.get("/v1/log")
    assert [message["seq"] for message in page["messages"]] == [1, 2, 3]
    _, page = await house.get(f"/v1/log?after={page['next']}")
    assert [message["seq"] for message in page["messages"]] == [4, 5]


async def test_a_part_of_the_log_that_left_memory_is_read_from_the_stream(tmp_path: Path):
    """After a restart, and after a segment was let go, the log is the same, byte for byte."""
    async with opened(tmp_path) as house:
        await house.store(*(odf("XA", version) for version in range(1, 8)))
        before = await house.text("/v1/log")
    async with opened(tmp_path) as house:
        assert await house.text("/v1/log") == before
        house.pump()._log._segments.clear()
        assert await house.text("/v1/log") == before


async def test_an_absent_part_and_a_broker_that_is_away_are_told(house: House):
    """503 not_ready with Retry-After's meaning: ask again; nothing is left out silently."""
    await house.store(odf("XA"))
    reading = house.service._worlds["P"].reading

    async def away(_: AbsentError) -> None:
        raise OutcomeUnknownError("no answer")

    object.__setattr__(reading, "load", away)
    reading.log._segments.clear()
    status, body = await house.get("/v1/log")
    assert (status, body["error"]["name"]) == (503, "not_ready")
