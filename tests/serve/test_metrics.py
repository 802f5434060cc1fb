import asyncio
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from feed.core.hops import Hop
from feed.core.plausibility import RULES
from feed.core.stages import BOUNDS, Stage
from feed.core.stall import StallWatch
from feed.core.tally import OUTCOMES
from feed.refusals import Reason
from feed.serve.doorstep import REASONS
from feed.serve.families import DENIALS, DROPS, SIDES
from feed.serve.figures import CONNECTIONS
from feed.serve.tokens import FETCHED
from feed.stream.streams import KEYS, STREAMS
from schemas.message import Remark
from tests.documents import large, odf
from tests.serve.eventsource import EventSource
from tests.serve.raw import Raw
from tests.service_fixture import House, Running, opened, wait_until

CLOSED = {
    "flag": {"P", "T"},
    "outcome": set(OUTCOMES),
    "reason": {*(reason.value for reason in Reason), *DROPS, *REASONS},
    "remark": {remark.value for remark in Remark},
    "rule": {rule.id for rule in RULES},
    "severity": {rule.severity.value for rule in RULES},
    "side": set(SIDES),
    "fetch": set(FETCHED),
    "name": {name.value for name in DENIALS},
    "kind": set(CONNECTIONS),
    "of": {"slowest", "all"},
    "stage": {stage.value for stage in Stage},
    "hop": {hop.value for hop in Hop},
    "le": {*map(str, BOUNDS), "+Inf"},
    "stream": {spec.name for spec in (*STREAMS, KEYS)},
}
BOUNDED = {"discipline", "pid", "source", "version"}


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
    assert all(family.documentation and family.type in {"counter", "gauge", "histogram"} for family in families)
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


async def test_every_label_value_is_from_a_list_that_ends(house: House):
    """Whatever strangers send: names are learnt from what was accepted, and only so many."""
    for number in range(3):
        code = f"XX{number}M100M--------------FNL-000001--"
        status, _ = await house.post(odf("XA", DocumentCode=code, FeedFlag="X"), f"?source=stranger{number}")
        assert status == 422
    await house.store(odf("XA"))
    await wait_until(lambda: all(figure.streams for figure in house.service.figures()))
    values: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(await house.text("/metrics")):
        for sample in family.samples if not family.name.startswith("feed_push") else ():  # of customers, who are few
            for name, value in sample.labels.items():
                values.setdefault(name, set()).add(value)
    assert values.keys() == CLOSED.keys() | BOUNDED
    for name, allowed in CLOSED.items():
        assert values[name] <= allowed, name
    assert (values["discipline"], values["source"], len(values["version"])) == ({"ATH", "other"}, {"STA1", "other"}, 1)


async def test_documents_are_counted_by_discipline_and_source(house: House):
    """Each document once, under what is known of it."""
    await house.store(odf("XA"))
    await house.post(odf("XA"))
    await house.post(odf("XA", Version="0"))
    await house.post(b"nothing")
    found = samples(await house.text("/metrics"))
    for family in ("feed_discipline_documents_total", "feed_source_documents_total"):
        assert sum(value for name, value in found.items() if name[0] == family) == 4
    assert found["feed_discipline_documents_total", "ATH", "P", "accepted"] == 1
    assert found["feed_discipline_documents_total", "ATH", "P", "duplicate"] == 1
    assert found["feed_source_documents_total", "P", "accepted", "STA1"] == 1
    assert found["feed_source_documents_total", "P", "quarantined", "other"] >= 1


async def test_each_stage_is_timed_once_a_document(house: House):
    """All of them for a document that is stored and read, and the hops add up to the total."""
    raw = await Raw.open(house.url)
    await house.store(odf("XA"), odf("XA", 2))
    await raw.messages(2)
    whole = house.service._worlds["P"].hops.whole
    await wait_until(lambda: whole()[-1].count == 2)
    found = samples(await house.text("/metrics"))
    for stage in Stage:
        assert found["feed_stage_seconds_count", "P", stage.value] >= (1 if stage is Stage.WRITE else 2), stage
        assert found["feed_stage_seconds_count", "T", stage.value] == 0
    hops = {hop: found["feed_latency_seconds_sum", "P", hop.value] for hop in Hop}
    parts = sum(hops[hop] for hop in (Hop.ADMIT, Hop.STORE, Hop.WAIT, Hop.WRITE))
    assert abs(hops[Hop.TOTAL] - parts) < 0.001
    assert found["feed_latency_seconds_bucket", "P", "total", "+Inf"] == 2
    await raw.end()


async def test_readers_are_counted_by_kind_and_with_what_they_were_written(house: House):
    """A socket, a reader of events and one who waits at the log; bytes of those who have left stay."""
    raw = await Raw.open(house.url)
    async with EventSource(house.url, ""), aiohttp.ClientSession() as session:
        waiting = asyncio.create_task(session.get(f"{house.url}/v1/log?after=0&wait=20"))
        await wait_until(lambda: len(house.pump().polls) == 1)
        found = samples(await house.text("/metrics"))
        assert [found["feed_connections", "P", kind] for kind in CONNECTIONS] == [1, 1, 1, 0]
        await house.store(odf("XA"))
        await raw.messages(1)
        await (await waiting).read()
    await raw.end()
    await wait_until(lambda: not house.pump().subscribers)
    found = samples(await house.text("/metrics"))
    assert [found["feed_connections", "P", kind] for kind in CONNECTIONS] == [0, 0, 0, 0]
    assert found["feed_written_bytes_total", "P"] > 2 * 500


async def test_who_takes_nothing_lags_and_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """First the lag tells of it, of the slowest and of all; then it is given up, and counted by its reason."""
    monkeypatch.setattr(StallWatch.is_stalled, "__defaults__", (0,))
    async with opened(tmp_path) as house:
        raw = await Raw.open(house.url, buffer=4096)
        (subscriber,) = house.pump().subscribers
        version = 0
        while not subscriber.is_clogged or subscriber.task is None:
            version += 1
            await house.store(large("XA", version, size=400_000))
            assert version < 100
        await house.store(large("XA", version + 1))
        await wait_until(lambda: subscriber.is_clogged)
        found = samples(await house.text("/metrics"))
        assert found["feed_lag_messages", "P", "slowest"] == found["feed_lag_messages", "P", "all"] >= 1
        assert found["feed_lagging_total", "P"] >= 1
        house.pump().sweep()
        house.pump().sweep()
        await wait_until(lambda: not house.pump().subscribers)
        found = samples(await house.text("/metrics"))
        assert (found["feed_dropped_total", "P", "stalled"], found["feed_stalled_total", "P"]) == (1, 1)
        assert found["feed_lag_messages", "P", "slowest"] == 0
        await raw.end()


async def test_the_program_tells_of_itself(service: Running):
    """Its memory, its time, its descriptors and its version."""
    text = await service.text("/metrics")
    found = samples(text)
    assert found[("process_resident_memory_bytes",)] > 1e7
    assert found[("process_cpu_seconds_total",)] > 0
    assert 0 < found[("process_open_fds",)] < found[("process_max_fds",)]
    assert 'feed_build_info{version="' in text
