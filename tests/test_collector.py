import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from feed.collector import Collector


async def test_a_collector_that_comes_and_goes_is_told_of_twice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Once with the reason, however many batches are lost, and once with their number."""
    monkeypatch.setattr("feed.collector.SEND_SECONDS", 0.2)  # no time for a second try
    statuses, app = iter((200, 401, 503, 200, 200)), web.Application()
    span = TracerProvider().get_tracer("feed").start_span("a")
    assert isinstance(span, ReadableSpan)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=next(statuses))

    app.router.add_post("/v1/traces", answer)
    async with TestServer(app) as server:
        collector = Collector(str(server.make_url("/v1/traces")))
        for _ in range(5):
            await asyncio.to_thread(collector.export, [span, span])
        collector.shutdown()
    away, back = [record.getMessage() for record in caplog.records if record.levelname != "INFO"]
    assert away.startswith("the collector of traces takes no spans, they are lost until it does: Failed to export")
    assert "401" in away
    assert back == "the collector of traces takes spans again, 4 were lost"
