import asyncio
import time
from collections.abc import Callable

import psutil

from tests.documents import fresh_competition, large, odf
from tests.service_fixture import Child, Running, wait_until

Start = Callable[..., Child]
READING = ("stream", "sse", "log", "snapshot", "competitions", "documents/x", "blobs/x")


async def test_it_receives_what_others_read(service: Running, children: Start):
    """The venues' door is there, no reading door is; a document that it took reaches the readers of another process."""
    child = children("ingest", "--port", "0", "--nats", service.nats(), "--nats-test", service.nats("T"))
    (line,) = await child.lines(1)
    ingest = Running(line.removeprefix("ready ").strip(), service.data)
    competition = fresh_competition()
    for flag in "PT":
        status, body = await ingest.post(odf(competition, FeedFlag=flag))
        assert (status, body["count"]) == (200, 1)
        await service.known(body["accepted"][0]["seq"], flag)
        _, page = await service.get(f"/v1/log?flag={flag}&filter={competition}.>")
        assert [message["topic"] for message in page["messages"]] == [body["accepted"][0]["topic"]]
        assert (await ingest.post(odf(competition, FeedFlag=flag)))[1]["duplicates"] == 1
    assert await ingest.get("/readyz") == (200, {"status": "ok"})
    assert "feed_documents_total" in await ingest.text("/metrics")
    for door in READING:
        status, body = await ingest.get(f"/v1/{door}")
        assert (status, body["error"]["name"]) == (404, "not_found"), door
    began = time.monotonic()
    assert child.stop() == 0
    assert time.monotonic() - began < 5
    assert child.errors == []


async def test_several_of_them_share_a_port(service: Running, children: Start):
    """Whichever takes a Version: each is stored once, in order; the end ends all processes, those that decode too."""
    child = children("ingest", "--workers", "2", "--port", "0", "--nats", service.nats())
    (line,) = await child.lines(1)
    ingest = Running(line.removeprefix("ready ").strip(), service.data)
    competition = fresh_competition()
    seqs = [(await ingest.post(odf(competition, version)))[1]["accepted"][0]["seq"] for version in range(1, 17)]
    assert seqs == sorted(seqs)
    assert await asyncio.gather(*(ingest.post(large(competition, unit=unit)) for unit in range(2, 8)))
    assert (await ingest.post(large(competition, unit=2)))[1]["duplicates"] == 1
    assert (await ingest.post(odf(competition, 16)))[1]["duplicates"] == 1
    await service.known(seqs[-1])
    _, page = await service.get(f"/v1/log?filter={competition}.>&type=result")
    assert [message["document"]["version"] for message in page["messages"]] == list(range(1, 17))
    family = psutil.Process(child.process.pid).children(recursive=True)
    assert sum("--multiprocessing-fork" in " ".join(each.cmdline()) for each in family) >= 3
    assert await asyncio.to_thread(child.stop) == 0
    await wait_until(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in family), 5)
    assert child.errors == []


def test_without_a_broker_it_is_told_how_it_is_used(children: Start):
    """Exit 2 and what is missing: alone it would receive what nobody can read."""
    ingest = children("ingest", "--port", "0")
    assert ingest.ended() == 2
    assert ingest.errors[0].startswith("Usage: ")
    assert "--nats URL" in ingest.errors[-1]
    assert ingest.output == []
