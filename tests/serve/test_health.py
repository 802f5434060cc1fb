import asyncio

import pytest

from feed import service
from feed.stream.streams import last_sequence
from tests.service_fixture import House, Running


async def test_a_running_service_is_well_and_ready(service: Running):
    """Both answer 200 with status ok."""
    assert await service.get("/healthz") == (200, {"status": "ok"})
    assert await service.get("/readyz") == (200, {"status": "ok"})


async def test_both_are_503_while_the_broker_is_stopped_and_200_after(house: House, monkeypatch: pytest.MonkeyPatch):
    """A broker that takes no step is told in a sentence; when it goes on, so do we."""
    monkeypatch.setattr(service, "READY_SECONDS", 0.3)
    with house.frozen_broker():
        for path in ("/readyz", "/healthz"):
            status, body = await house.get(path)
            assert status == 503
            assert body["status"] not in {"", "ok"}
    async with asyncio.timeout(15):
        while (await house.get("/readyz"))[0] != 200 or (await house.get("/healthz"))[0] != 200:
            await asyncio.sleep(0.02)


async def test_a_service_that_is_being_stopped_is_not_ready(house: House):
    """While draining, /readyz sends requests elsewhere, /healthz still says well, and venues are asked to come back."""
    house.service.draining = True
    status, body = await house.get("/readyz")
    assert (status, body["status"]) == (503, "the service is being stopped")
    assert (await house.get("/healthz"))[0] == 200
    status, body = await house.post(b"<x/>")
    assert (status, body["error"]["name"]) == (503, "outcome_unknown")


async def test_a_service_that_lags_behind_the_stream_is_not_ready(house: House, monkeypatch: pytest.MonkeyPatch):
    """Ready means that what the leader holds has been taken over."""
    monkeypatch.setattr(service, "READY_SECONDS", 0.1)
    world = house.service._worlds["P"]
    assert await last_sequence(world.link) == 0
    world.state.tide.seq = -1
    status, body = await house.get("/readyz")
    assert status == 503
    assert "not followed up to its tip" in body["status"]
    world.state.tide.rise(0)
    assert (await house.get("/readyz"))[0] == 200
