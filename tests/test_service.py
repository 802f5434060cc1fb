import asyncio
import logging
from pathlib import Path

import pytest

from feed import service
from feed.stream.streams import Usage
from tests.documents import odf
from tests.push.inbox import inbox
from tests.service_fixture import House, opened, wait_until


async def test_a_document_goes_to_the_world_of_its_flag(house: House):
    """FeedFlag in the first bytes decides; without one it is production's."""
    await house.store(odf("XA", FeedFlag="T"))
    status, _ = await house.post(b"no flag at all")
    assert status == 422
    figures = {figure.flag: figure for figure in house.service.figures()}
    assert (figures["T"].tip, figures["P"].tip) == (1, 0)
    assert (figures["T"].outcomes["quarantined"], figures["P"].outcomes["quarantined"]) == (0, 1)


async def test_a_stream_that_is_nearly_full_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Above 80 % a warning names stream and flag: a full stream refuses messages."""

    async def nearly(_: object) -> dict[str, Usage]:
        return {"RAW": Usage(81, 100, 1, 1), "FEED": Usage(79, 100, 1, 1)}

    monkeypatch.setattr(service, "usage", nearly)
    with caplog.at_level(logging.WARNING):
        async with opened(tmp_path):
            await wait_until(lambda: any("flag T" in record.message for record in caplog.records))
    said = [record.message for record in caplog.records if "full" in record.message]
    assert said == ["stream RAW of flag P is 81 % full", "stream RAW of flag T is 81 % full"]


async def test_a_refused_document_is_told(house: House, caplog: pytest.LogCaptureFixture):
    """With the id that it has in quarantine, its flag, and its source as its sender names it."""
    await house.store(odf("XA"))
    status, answer = await house.post(odf("XA", Version="0"), "?source=STA1")
    assert status == 422
    (line,) = (record for record in caplog.records if record.name == "feed.refused")
    assert line.message == "a document was refused: bad_version"
    assert {("flag", "P"), ("id", answer["quarantine"]), ("source", "STA1")} <= vars(line).items()


async def test_a_customer_that_cannot_be_served_ends_nobody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """It begins where no log is yet: that is told, and venues, readers and the other customers go on."""
    async with inbox() as customer:
        customers = {"ahead": customer.settings(start="9000"), "xbc": customer.settings()}
        async with opened(tmp_path, customers=customers) as house:
            await wait_until(lambda: "customer ahead is sent nothing more" in caplog.text)
            (seq,) = await house.store(odf("XA"))
            await wait_until(lambda: house.service.pushers[1].attempts["delivered"])
            status, page = await house.get("/v1/deliveries")
            assert (status, await house.service.ready(), house.running.done()) == (200, None, False)
    assert (len(customer.taken), seq) == (1, 1)
    assert [each["last_error"] for each in page["customers"]] == [
        "customer ahead is to begin at 9000, the log ends at 0",
        None,
    ]


async def test_without_connection_an_outside_server_is_not_well(house: House, tmp_path: Path):
    """With `nats` health is whether we are connected: the flags that are not are named."""
    broker = house.service._broker
    assert broker is not None
    login = broker.credentials("P")
    url = f"nats://{login.user}:{login.password}@{broker.url.removeprefix('nats://')}"
    async with opened(tmp_path / "unused", nats=url) as second:
        assert await second.service.health() is None
        await second.service._worlds["P"].link.close()
        assert await second.service.health() == "no connection to NATS for flag P"
        assert "not followed" in (await second.service.ready() or "")


async def test_the_tip_is_what_was_taken_over(house: House):
    """`tip` follows what reaches the log, for each flag."""
    assert (house.service.tip("P"), house.service.tip("T")) == (0, 0)
    await house.store(odf("XA"))
    async with asyncio.timeout(5):
        while house.service.tip("P") != 1:
            await asyncio.sleep(0.002)
    assert house.service.tip("T") == 0
