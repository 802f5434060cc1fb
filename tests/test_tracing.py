"""Traces of a real service at a collector that speaks OTLP as the specification has it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from feed.core.outcome import Arrival
from feed.tracing import END_SECONDS, Tracing
from tests.core.test_medals import result
from tests.documents import odf
from tests.journey.test_medals import settled
from tests.serve.raw import Raw
from tests.service_fixture import ROOT, House, opened

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ASKED = f"00-{TRACE}-{PARENT}-01"
UNASKED = f"00-{TRACE}-{PARENT}-00"


class Seen(NamedTuple):
    """A span as the collector has it; ids as hex, moments as nanoseconds since 1970."""

    name: str
    trace: str
    id: str
    parent: str
    began: int
    ended: int
    told: dict[str, Any]
    failed: str


class Collector:
    """Keeps all spans that are sent to `url`."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        self.node: dict[str, Any] = {}
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for group in sent.resource_spans:
            self.node = _read(group.resource.attributes)
            for span in group.scope_spans[0].spans:
                ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
                moments = span.start_time_unix_nano, span.end_time_unix_nano
                self.spans.append(Seen(span.name, *ids, *moments, _read(span.attributes), span.status.message))
        return web.Response()

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def below(self, parent: Seen) -> list[Seen]:
        return sorted((span for span in self.spans if span.parent == parent.id), key=lambda span: span.began)


def _read(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    kept, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", kept.take)
    async with TestServer(app) as server:
        kept.url = str(server.make_url("")).rstrip("/")
        yield kept


async def test_a_result_is_one_trace_up_to_its_readers(tmp_path: Path, collector: Collector):
    """From the venue's own span to the socket, with what was derived from it, on one time line."""
    began = time.time_ns()
    async with opened(tmp_path, traces=collector.url, traces_share=0.0) as house:
        raw = await Raw.open(house.url, "filter=XA.>")
        status, answer = await house.post(result(1, "1 a USA", "2 b JAM", "3 c USA"), "?source=TIM", traceparent=ASKED)
        assert status == 200
        seq = answer["accepted"][0]["seq"]
        await settled(house, seq)
        types = [frame["type"] for frame in await raw.until("derived") if "topic" in frame]
        await raw.end()
    assert (collector.node["service.name"], collector.node["process.pid"]) == ("feed", os.getpid())
    assert {span.trace for span in collector.spans} == {TRACE}
    assert all(began <= span.began <= span.ended <= time.time_ns() for span in collector.spans)
    (ingest,) = collector.named("ingest odf")
    assert ingest.parent == PARENT
    assert (ingest.told["feed.flag"], ingest.told["feed.seq"], ingest.told["feed.source"]) == ("P", seq, "TIM")
    stages = ["receive", "decode", "gate", "plausibility", "encode", "publish"]
    below = collector.below(ingest)
    assert [span.name for span in below if span.name in stages] == stages
    assert all(ingest.began <= span.began <= span.ended <= ingest.ended for span in below if span.name in stages)
    (delivered,) = collector.named("deliver result")
    (derived,) = collector.named("derive from result")
    assert delivered.parent == derived.parent == ingest.id
    assert derived.told["feed.seq"] == seq
    names = {f"deliver {each}" for each in types} - {"deliver result"}
    assert names >= {"deliver ledger", "deliver medal_table"}
    assert names <= {span.name for span in collector.below(derived)}


async def test_who_is_not_traced_leaves_no_trace(tmp_path: Path, collector: Collector):
    """The venue decides where it says something; else chance, which is none here. Nonsense is nobody's word."""
    async with opened(tmp_path, traces=collector.url, traces_share=0.0) as house:
        for version, headers in enumerate(({}, {"traceparent": UNASKED}, {"traceparent": "00-ä-1"}), 1):
            assert (await house.post(odf("XA", version), **headers))[0] == 200
    assert collector.spans == []


async def test_chance_begins_a_trace_of_its_own(tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch):
    """All documents at a share of 1, also refused ones, with the reason; not those of a venue that says no."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "venue 7")
    async with opened(tmp_path, traces=f"{collector.url}/v1/traces", traces_share=1.0) as house:
        assert (await house.post(odf("XA")))[0] == 200
        assert (await house.post(odf("XA")))[0] == 200
        assert (await house.post(b"<no", traceparent="nonsense"))[0] == 422
        assert (await house.post(odf("XA", 2), traceparent=UNASKED))[0] == 200
    first, again, refused = collector.named("ingest odf")
    assert collector.node["service.name"] == "venue 7"
    assert {first.parent, again.parent, refused.parent} == {""}
    assert len({first.trace, again.trace, refused.trace}) == 3
    assert (first.told["feed.accepted"], again.told["feed.accepted"], again.told["feed.duplicates"]) == (1, 0, 1)
    assert (refused.told["feed.refused"], bool(refused.told["feed.raw_id"])) == ("not_well_formed", True)
    assert refused.failed == ""  # theirs, not ours


async def test_no_answer_is_an_error_of_the_span(tmp_path: Path, collector: Collector):
    """The one that a venue is told to send again."""
    async with opened(tmp_path, traces=collector.url, traces_share=1.0, answer_ms=300) as house:
        with house.frozen_broker():
            assert (await house.post(odf("XA")))[0] == 503
    (span,) = collector.named("ingest odf")
    assert span.failed
    assert "feed.accepted" not in span.told


async def test_a_collector_that_is_away_holds_nothing_up(tmp_path: Path, unused_tcp_port: int):
    """Documents are taken as ever, and the service ends soon."""
    async with opened(tmp_path, traces=f"http://127.0.0.1:{unused_tcp_port}", traces_share=1.0) as house:
        assert len(await house.store(*(odf("XA", version) for version in range(1, 9)))) == 8
        began = time.monotonic()
    assert time.monotonic() - began < 8


async def test_a_collector_that_never_answers_is_not_waited_for():
    """The service has to end within 5 s, and its readers have needed some of them."""
    held = list[Any]()
    async with await asyncio.start_server(lambda *streams: held.append(streams), "127.0.0.1", 0) as mute:
        tracing = Tracing("http://127.0.0.1:{1}".format(*mute.sockets[0].getsockname()), 1.0)
        with tracing.document(Arrival("odf", b"", "", 1), "P"):
            pass
        began = time.monotonic()
        await asyncio.to_thread(tracing.close)
        assert END_SECONDS <= time.monotonic() - began < END_SECONDS + 0.8


async def test_a_long_traceparent_is_nobody_s_word(collector: Collector, caplog: pytest.LogCaptureFixture):
    """Whoever sends one does not fill the log with it."""
    tracing = Tracing(collector.url, 1.0)
    for said in (ASKED, f"01{ASKED[2:]}-more", f"01{ASKED[2:]}-{'more' * 200}"):
        with tracing.document(Arrival("odf", b"", "", 1, traceparent=said), "P"):
            pass
    await asyncio.to_thread(tracing.close)
    assert [span.parent for span in collector.named("ingest odf")] == [PARENT, PARENT, ""]
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


def test_without_a_collector_the_library_is_not_loaded():
    """It takes 7 MB and a quarter of a second."""
    found = "import sys, feed.app; sys.exit('opentelemetry' in sys.modules)"
    subprocess.run([sys.executable, "-c", found], cwd=ROOT, check=True)


async def test_without_a_collector_messages_say_nothing_of_traces(house: House):
    """A venue's own span is not kept in the stream for nobody."""
    _, answer = await house.post(odf("XA"), traceparent=ASKED)
    (entry,) = await house.service._worlds["P"].reading.read(answer["accepted"][0]["seq"] - 1, 1)
    assert entry.traceparent is None
