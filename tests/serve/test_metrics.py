import asyncio

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from feed.refusals import Reason
from feed.serve.metrics import OUTCOMES
from tests.documents import odf
from tests.serve.raw import Raw
from tests.service_fixture import House, Running


def samples(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of label names) -> value."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_every_label_is_there_from_the_start(service: Running):
    """All reasons and outcomes of both flags are registered before they happen, and each family has a type and help."""
    text = await service.text("/metrics")
    found = samples(text)
    for flag in "PT":
        for reason in Reason:
            assert ("feed_refusals_total", flag, reason.value) in found
        for outcome in OUTCOMES:
            assert ("feed_documents_total", flag, outcome) in found
        for name in ("tip", "topics", "subscribers", "cohorts", "writes_total", "lagging_total", "stalled_total"):
            assert (f"feed_{name}", flag) in found
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation and family.type in {"counter", "gauge"} for family in families)
    assert len({family.name for family in families}) == len(families)


async def test_what_happens_is_counted(house: House):
    """Documents by outcome, refusals by reason, tip, topics and subscribers, each under its flag."""
    raw = await Raw.open(house.url, "flag=P")
    await house.store(odf("XA", 2), odf("XA", unit=2))
    await house.post(odf("XA", 2))
    await house.post(odf("XA", 1))
    await house.post(odf("XA", Version="0"))
    await house.post(odf("XA", Version="0", FeedFlag="T"))
    await house.post(odf("XA", Version="0", FeedFlag="T"))
    await raw.messages(2)
    found = samples(await house.text("/metrics"))
    assert [found["feed_documents_total", "P", outcome] for outcome in OUTCOMES] == [2, 1, 1, 1, 0]
    assert [found["feed_documents_total", "T", outcome] for outcome in OUTCOMES] == [0, 0, 0, 2, 0]
    assert [found["feed_refusals_total", flag, "bad_version"] for flag in "PT"] == [1, 2]
    assert (found["feed_tip", "P"], found["feed_topics", "P"], found["feed_tip", "T"]) == (2, 2, 0)
    assert (found["feed_subscribers", "P"], found["feed_cohorts", "P"], found["feed_subscribers", "T"]) == (1, 1, 0)
    assert found["feed_writes_total", "P"] >= 1
    await raw.end()


async def test_the_fill_of_each_stream_is_told(house: House):
    """Bytes held and bytes allowed, by flag and stream."""
    async with asyncio.timeout(10):
        while (
            len(found := samples(await house.text("/metrics"))) < 1 or ("feed_stream_bytes", "T", "FEED") not in found
        ):
            await asyncio.sleep(0.02)
    for flag in "PT":
        for stream in ("RAW", "FEED", "QUARANTINE"):
            assert found["feed_stream_bytes_max", flag, stream] > found["feed_stream_bytes", flag, stream] >= 0


async def test_the_media_type_is_the_one_prometheus_asks_for(service: Running):
    """text/plain with its version."""
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
