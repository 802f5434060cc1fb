import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import msgspec
import pytest
import zstandard
from aiohttp.test_utils import TestServer, make_mocked_request

from feed.core import index
from feed.core.outcome import Arrival, Outcome, Stored
from feed.core.quarantine import QuarantineRecord
from feed.core.ring import Ring
from feed.errors import BrokerError, ErrorName, OutcomeUnknownError, ReaderError
from feed.refusals import HINTS, Reason
from feed.serve import ingest
from feed.serve.rights import RIGHTS, Rights
from feed.serve.routes import make_app
from feed.stream.connection import Connection
from feed.stream.tickets import Tickets
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import Raw
from tests.service_fixture import XML, House, Running, opened

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><OdfBody>&d;</OdfBody>"""
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><OdfBody FeedFlag="P">&a;</OdfBody>'
)
DEEP = odf("XT", body="<a>" * 5_000 + "</a>" * 5_000)
BAD = [
    pytest.param(b"", "not_well_formed", id="empty"),
    pytest.param(b"this is no XML", "not_well_formed", id="not XML"),
    pytest.param(odf("XT")[:-9], "not_well_formed", id="cut off"),
    pytest.param(odf("XT") + b"<more/>", "not_well_formed", id="two roots"),
    pytest.param(LAUGHS, "doctype", id="billion laughs"),
    pytest.param(OUTSIDE, "doctype", id="external entity"),
    pytest.param(LAUGHS.decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"), "doctype", id="UTF-16"),
    pytest.param(DEEP, "not_well_formed", id="deep nesting"),
    pytest.param(odf("XT", Source="Zürich").decode().encode("latin-1"), "not_well_formed", id="wrong encoding"),
    pytest.param(odf("XT").replace(b"UTF-8", b"KLINGON"), "not_well_formed", id="unknown encoding"),
    pytest.param(b"<Results/>", "not_odf", id="another root"),
    pytest.param(odf("XT", CompetitionCode=""), "no_key", id="no competition"),
    pytest.param(odf("XT", DocumentType=""), "no_key", id="no type"),
    pytest.param(odf("XT", DocumentCode="ATHM100M--------------FNL-000001-"), "bad_code", id="RSC of 33 characters"),
    pytest.param(odf("XT", DocumentCode="ATHM100M--------------FNL-000001---"), "bad_code", id="RSC of 35 characters"),
    pytest.param(odf("XT", Version="0"), "bad_version", id="Version 0"),
    pytest.param(odf("XT", Version="-1"), "bad_version", id="Version -1"),
    pytest.param(odf("XT", Version="1.5"), "bad_version", id="Version 1.5"),
    pytest.param(odf("XT", FeedFlag="X"), "bad_flag", id="FeedFlag X"),
    pytest.param(odf("XT", Date="2030-02-30"), "bad_time", id="30 February"),
    pytest.param(odf("XT", Date="2030-13-01"), "bad_time", id="month 13"),
    pytest.param(odf("XT", Time="250000000"), "bad_time", id="hour 25"),
    pytest.param(odf("XT", LogicalDate="2030-02-29"), "bad_time", id="LogicalDate that does not exist"),
    pytest.param(odf("XT", DocumentSubcode="x" * 5_000), "bad_key", id="DocumentSubcode of 5,000 characters"),
    pytest.param(odf("XT", Language="LONG"), "bad_value", id="Language too long"),
]


@pytest.mark.parametrize("document, name", BAD)
async def test_a_bad_document_is_named_kept_and_costs_nothing_else(service: Running, document: bytes, name: str):
    """422 by name; QUARANTINE says why, RAW holds the bytes under the same id, and the next good message passes."""
    status, body = await service.post(document)
    assert (status, body["error"]["name"], body["status"]) == (422, name, 422)
    assert body["error"]["hint"] == HINTS[Reason(name)]
    assert body["error"]["detail"]
    kept = await service.kept("QUARANTINE", body["quarantine"])
    assert kept is not None
    assert kept.subject == f"quarantine.{name}"
    record = msgspec.json.decode(kept.payload, type=QuarantineRecord)
    assert (record.id, record.reason, record.format) == (body["quarantine"], name, "odf")
    assert body["error"]["detail"].startswith(record.detail)
    raw = await service.kept("RAW", body["quarantine"])
    assert raw is not None
    assert zstandard.ZstdDecompressor().decompress(raw.payload) == document
    assert await service.store(odf(fresh_competition()))


async def test_a_damaged_gzip_stream_is_named_and_kept_as_it_came(service: Running):
    """A truncated gzip body is bad_compression; RAW holds the damaged bytes."""
    damaged = gzip.compress(odf("XT"))[:-12]
    status, body = await service.post(damaged, Content_Encoding="gzip")
    assert (status, body["error"]["name"]) == (422, "bad_compression")
    raw = await service.kept("RAW", body["quarantine"])
    assert raw is not None
    assert (raw.payload, raw.headers["Raw-Encoding"]) == (damaged, "gzip")
    assert await service.kept("QUARANTINE", body["quarantine"]) is not None
    assert await service.store(odf(fresh_competition()))


@pytest.mark.parametrize(
    "subcode, token", [("1.2.*", "1~2E2~2E~2A"), ("a b > c", "a~20b~20~3E~20c"), ("*", "~2A"), (">", "~3E")]
)
async def test_a_key_with_odd_characters_flows_escaped(service: Running, subcode: str, token: str):
    """Dots, stars and blanks in a DocumentSubcode are part of the topic, escaped, and never a wildcard."""
    competition = fresh_competition()
    status, body = await service.post(odf(competition, DocumentSubcode=subcode))
    assert status == 200
    topic = f"{competition}.ATH.M.100M.FNL.000001.result.{token}"
    assert body["accepted"][0]["topic"] == topic
    await service.known(body["accepted"][0]["seq"])
    _, page = await service.get(f"/v1/log?filter={topic.replace('~', '%7E')}")
    assert [message["document"]["subcode"] for message in page["messages"]] == [subcode]


async def test_a_stored_document_is_answered_with_its_place(service: Running):
    """200 names sequence and topic; RAW holds the bytes under the id that FEED's header names."""
    document = odf(fresh_competition())
    status, body = await service.post(document)
    assert status == 200
    (accepted,) = body.pop("accepted")
    assert body == {"count": 1, "duplicates": 0, "stale": 0, "quarantined": []}
    async with service.broker() as link:
        answer = await link.request("$JS.API.DIRECT.GET.FEED", b'{"seq":%d}' % accepted["seq"])
    assert answer.headers["Nats-Subject"] == f"feed.{accepted['topic']}"
    raw = await service.kept("RAW", answer.headers[index.RAW])
    assert raw is not None
    assert zstandard.ZstdDecompressor().decompress(raw.payload) == document


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
async def test_a_gzip_body_is_read(service: Running, encoding: str):
    """Content-Encoding: gzip is inflated by us and archived as it came."""
    packed = gzip.compress(odf(fresh_competition()))
    status, body = await service.post(packed, Content_Encoding=encoding)
    assert (status, body["count"]) == (200, 1)


async def test_the_same_again_is_a_duplicate_and_an_older_one_is_stale(service: Running):
    """Both are 200, counted, and publish nothing."""
    competition = fresh_competition()
    await service.store(odf(competition, 2))
    status, body = await service.post(odf(competition, 2))
    assert (status, body["accepted"], body["count"], body["duplicates"], body["stale"]) == (200, [], 0, 1, 0)
    status, body = await service.post(odf(competition, 1))
    assert (status, body["accepted"], body["count"], body["duplicates"], body["stale"]) == (200, [], 0, 0, 1)
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    assert [message["version"] for message in page["messages"]] == [2]


async def test_other_content_under_the_same_version_and_time_is_refused(service: Running):
    """version_conflict is a 422, in quarantine with topic and version."""
    competition = fresh_competition()
    await service.store(odf(competition, 1))
    status, body = await service.post(odf(competition, 1, ResultStatus="OFFICIAL"))
    assert (status, body["error"]["name"]) == (422, "version_conflict")
    kept = await service.kept("QUARANTINE", body["quarantine"])
    assert kept is not None
    record = msgspec.json.decode(kept.payload, type=QuarantineRecord)
    assert (record.flag, record.topic, record.version) == ("P", f"{competition}.ATH.M.100M.FNL.000001.result", 1)


async def test_a_flag_hidden_behind_another_is_refused(service: Running):
    """A document whose first FeedFlag is another than its own never crosses over."""
    document = odf(fresh_competition()).replace(b"<OdfBody", b'<!-- FeedFlag="T" --><OdfBody')
    status, body = await service.post(document)
    assert (status, body["error"]["name"]) == (422, "flag_mismatch")
    assert await service.kept("QUARANTINE", body["quarantine"], "T") is not None
    assert await service.kept("QUARANTINE", body["quarantine"], "P") is None


async def test_a_refused_test_document_stays_in_the_test_account(service: Running):
    """Its quarantine record and its bytes are in T's streams, not in P's."""
    status, body = await service.post(odf("XT", FeedFlag="T", Version="0"))
    assert status == 422
    for stream in ("RAW", "QUARANTINE"):
        assert await service.kept(stream, body["quarantine"], "T") is not None
        assert await service.kept(stream, body["quarantine"], "P") is None


async def test_the_source_of_a_message_without_one_is_the_sender(service: Running):
    """?source= names who sent it where the document does not."""
    competition = fresh_competition()
    _, body = await service.post(odf(competition, Source=""), "?source=lane-7")
    await service.known(body["accepted"][0]["seq"])
    _, page = await service.get(f"/v1/snapshot?filter={competition}.%3E")
    assert [message["source"] for message in page["messages"]] == ["lane-7"]


async def test_a_declared_gigabyte_is_refused_at_once(service: Running):
    """413 by name before a byte of the body is read, and nothing in quarantine."""
    raw = await Raw.connect(service.url)
    began = time.monotonic()
    raw.send(
        b"POST /ingest/odf HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1073741824\r\n\r\n<Odf"
    )
    head = await raw.head()
    assert time.monotonic() - began < 1
    assert head.startswith(b"HTTP/1.1 413 ")
    _, _, size = head.lower().partition(b"content-length: ")
    body = json.loads(await raw.reader.readexactly(int(size.split(b"\r\n")[0])))
    assert body["error"]["name"] == "too_large"
    assert "quarantine" not in body
    raw.reset()
    assert await service.store(odf(fresh_competition()))


async def test_a_bomb_is_refused_by_its_size_after_inflation(service: Running):
    """A gzip body that grows above the limit is 413 by name; it is not kept."""
    packed = gzip.compress(b" " * 34_000_000, 9)
    status, body = await service.post(packed, Content_Encoding="gzip")
    assert (status, body["error"]["name"]) == (413, "too_large")
    assert "quarantine" not in body
    assert await service.store(odf(fresh_competition()))


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(tmp_path: Path):
    """Chunked bodies are counted while they come; below the limit they are read."""
    async with opened(tmp_path, body_bytes_max=10_000) as house:

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" " * 1_000

        async def parts() -> AsyncIterator[bytes]:
            yield odf("XT")[:50]
            yield odf("XT")[50:]

        async with aiohttp.ClientSession() as session:
            address = f"{house.url}/ingest/odf"
            async with session.post(address, data=endless(), headers=XML) as answer:
                assert answer.status == 413
                assert (await answer.json(content_type=None))["error"]["name"] == "too_large"
            async with session.post(address, data=parts(), headers=XML) as answer:
                assert answer.status == 200


async def test_a_message_larger_than_the_stream_carries_names_its_body(service: Running):
    """A message above the broker's size is stored; posted again, it is a duplicate as any other."""
    competition = fresh_competition()
    document = large(competition, size=1_100_000)
    answers = [await service.post(document) for _ in range(2)]
    assert [(status, body["count"], body["duplicates"]) for status, body in answers] == [(200, 1, 0), (200, 0, 1)]
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    (message,) = page["messages"]
    assert message["body"] is None
    assert await service.get(f"/v1/blobs/{message['body_ref']['sha256']}") == (200, {"xml": document.decode()})


@pytest.mark.parametrize(
    "format_name, headers",
    [
        ("gtfs", {}),
        ("odf", {"Content_Type": "application/json"}),
        ("odf", {"Content_Type": "text/html; charset=utf-8"}),
        ("odf", {"Content_Encoding": "br"}),
        ("odf", {"Content_Encoding": "gzip, gzip"}),
    ],
)
async def test_what_is_not_this_format_is_refused(service: Running, format_name: str, headers: dict[str, str]):
    """Another format, media type or encoding is 415 by name."""
    status, body = await service.post(odf("XT"), format_name=format_name, **headers)
    assert (status, body["error"]["name"]) == (415, "unsupported_media")


@pytest.mark.parametrize("media", ["text/xml", "application/xml; charset=UTF-8", "application/octet-stream"])
async def test_the_media_types_of_odf_senders_are_read(service: Running, media: str):
    """XML under its usual names is read."""
    assert (await service.post(odf(fresh_competition()), Content_Type=media))[0] == 200


async def test_a_silent_broker_is_a_503_and_the_same_bytes_again_are_stored_once(tmp_path: Path):
    """503 with Retry-After while the broker takes no step; sent again after it came back, there is one message."""
    async with opened(tmp_path, answer_ms=400) as house:
        document = odf("XA")
        with house.frozen_broker():
            began = time.monotonic()
            status, body = await house.post(document)
            assert (status, body["error"]["name"]) == (503, "outcome_unknown")
            assert time.monotonic() - began < 1.5
        async with asyncio.timeout(10):
            while (await house.post(document))[0] != 200:
                pass
        (seq,) = await house.store(odf("XB"))
        _, page = await house.get("/v1/log")
        assert [message["competition"] for message in page["messages"]] == ["XA", "XB"]
        assert page["tip"] == seq == 2


async def test_a_body_that_never_arrives_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch):
    """A venue that stops in the middle of its body is answered 408 after the limit."""
    monkeypatch.setattr(ingest, "BODY_SECONDS", 0.1)
    raw = await Raw.connect(house.url)
    raw.send(b"POST /ingest/odf HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 100\r\n\r\n<Odf")
    assert (await raw.head()).startswith(b"HTTP/1.1 408 ")
    raw.reset()


async def test_a_venue_that_vanishes_in_the_middle_stores_nothing(house: House, caplog: pytest.LogCaptureFixture):
    """A body that was cut by the end of the connection is no document, and no error of ours."""
    raw = await Raw.connect(house.url)
    raw.send(
        b"POST /ingest/odf HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 9999\r\n\r\n" + odf("XA")
    )
    await raw.writer.drain()
    raw.reset()
    assert await house.store(odf("XB")) == [1]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_who_is_not_on_this_machine_may_not_write():
    """Without keys only loopback peers are let in."""
    app = make_app()
    app[RIGHTS] = Rights(Ring(), {}, Tickets(Connection("none")))
    request = make_mocked_request("POST", "/ingest/odf", match_info={"format": "odf"}, app=app)
    with pytest.raises(ReaderError) as refused:
        await ingest.ingest(request.clone(remote="192.0.2.7"))
    assert refused.value.name is ErrorName.UNAUTHORIZED


def test_the_list_of_accepted_is_cut_and_the_count_is_not():
    """At most 100 are listed, all are counted."""
    stored = tuple(Stored(seq, f"topic.{seq}") for seq in range(1, 251))
    answer = ingest.answer_to(Outcome(accepted=stored))
    assert isinstance(answer.body, bytes)
    body = json.loads(answer.body)
    assert (len(body["accepted"]), body["count"]) == (100, 250)


@pytest.mark.parametrize(
    "error, status, name",
    [
        (OutcomeUnknownError("no answer"), 503, "outcome_unknown"),
        (BrokerError("no room"), 503, "not_stored"),
        (ReaderError(ErrorName.BAD_REQUEST, "no account for T"), 400, "bad_request"),
    ],
)
async def test_what_goes_wrong_behind_the_door_is_named(error: Exception, status: int, name: str):
    """A broker that is silent or full is a 503 that asks to send again; a flag without account is told."""

    async def admit(_: Arrival) -> Outcome:
        raise error

    await _with_admission(admit, status, name)


async def _with_admission(admit: Callable[[Arrival], Awaitable[Outcome]], status: int, name: str) -> None:
    app = make_app()
    app[RIGHTS] = Rights(Ring(), {}, Tickets(Connection("none")))
    app[ingest.ADMIT] = admit
    app[ingest.FORMATS] = frozenset({"odf"})
    app[ingest.BODY_BYTES_MAX] = 10_000
    app[ingest.CLOCK] = lambda: 1
    async with TestServer(app) as server:
        address = server.make_url("/ingest/odf")
        async with aiohttp.ClientSession() as session, session.post(address, data=b"<x/>", headers=XML) as answer:
            assert answer.status == status
            assert (await answer.json(content_type=None))["error"]["name"] == name
            assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)


@pytest.mark.parametrize("media", ["text/xml", "application/octet-stream", "application/x-www-form-urlencoded"])
async def test_media_types_that_simple_tools_send_are_read(service: Running, media: str):
    """A sender that names its body loosely, as curl does by itself, is heard all the same."""
    status, body = await service.post(odf(fresh_competition()), Content_Type=media)
    assert (status, body["count"]) == (200, 1)


@pytest.mark.parametrize("name", ["Origin", "Forwarded", "X_Forwarded_For"])
async def test_web_pages_and_proxies_may_not_write(service: Running, name: str):
    """They stand on this machine but speak for somebody else."""
    status, body = await service.post(odf("XT"), **{name: "http://example.org"})
    assert (status, body["error"]["name"]) == (401, "unauthorized")


async def test_an_unknown_parameter_is_not_ignored(service: Running):
    """Only `source` is known at a venue's door."""
    status, body = await service.post(odf("XT"), "?sauce=STAATH1")
    assert (status, body["error"]["name"]) == (400, "unknown_parameter")
