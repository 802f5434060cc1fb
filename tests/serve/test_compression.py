"""Readers with `compression=zstd`: the messages that everybody gets, in the bytes that every node makes."""

import json
from typing import Any

import pytest
import zstandard

from feed.core.compression import compress
from feed.core.dictionaries import CURRENT
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import BINARY, TEXT, Raw, op
from tests.service_fixture import House, Running

MAGIC = zstandard.FRAME_HEADER


async def frames(raw: Raw, count: int) -> tuple[list[bytes], list[bytes]]:
    """The next messages as they came, and the control frames among them."""
    messages: list[bytes] = []
    controls: list[bytes] = []
    while len(messages) < count:
        opcode, payload = await raw.frame()
        (messages if payload.startswith(MAGIC) else controls).append(payload)
        assert opcode == (BINARY if payload.startswith(MAGIC) else TEXT)
    return messages, controls


def kinds(controls: list[bytes]) -> list[str]:
    return [kind for each in controls if (kind := json.loads(each)["type"]) != "heartbeat"]


def read(frame: bytes) -> Any:
    dictionary = zstandard.ZstdCompressionDict(CURRENT.content)
    return json.loads(zstandard.ZstdDecompressor(dict_data=dictionary).decompress(frame))


async def test_the_bytes_are_the_same_on_every_way(service: Running):
    """Live, from the log, from a snapshot, as everybody has it, compressed in another process than the service's."""
    competition = fresh_competition()
    query = f"filter={competition}.%3E"
    live, plain = [await Raw.open(service.url, query + more) for more in ("&compression=zstd", "")]
    await service.store(*(odf(competition, unit=unit) for unit in (1, 2, 3)), large(competition))
    opened = [await Raw.open(service.url, f"{query}&compression=zstd&{more}") for more in ("after=0", "snapshot=1")]
    expected = [(await plain.frame())[1] for _ in range(5)][1:]
    for raw in (live, *opened):
        messages, (hello, *_) = await frames(raw, 4)
        assert messages == [compress(text) for text in expected]
        assert json.loads(hello)["dictionary"] == CURRENT.id
    for raw in (live, plain, *opened):
        await raw.end()


async def test_control_frames_stay_as_they_are(house: House):
    """Texts, as without it: the end of a replay, answers, a refusal."""
    (seq,) = await house.store(odf("XA"))
    raw = await Raw.open(house.url, "after=0&compression=zstd")
    raw.send(op(op="ping") + op(op="filter", filter=["XA.>"]))
    messages, controls = await frames(raw, 1)
    while "filtered" not in kinds(controls):
        controls.append((await raw.frame())[1])
    assert sorted(kinds(controls)) in (["filtered", "hello", "pong", "replay_end"], ["filtered", "hello", "pong"])
    assert read(messages[0])["seq"] == seq
    raw.send(op(op="dance"))
    assert [each["type"] for each in await raw.until("error")][-1] == "error"
    await raw.end()


@pytest.mark.parametrize("more", ["delta=1", "lang=ENG", "conflate=1", "delta=1&lang=ENG"])
async def test_it_goes_with_every_other_wish(house: House, more: str):
    """What is told with another wish is told with it, byte for byte once it is unpacked."""
    raw, plain = [await Raw.open(house.url, f"{more}{each}") for each in ("&compression=zstd", "")]
    await house.store(*(large("XA", version, size=3_000) for version in (1, 2, 3)))
    messages, _ = await frames(raw, 3)
    assert [read(each) for each in messages] == await plain.messages(3)
    for each in (raw, plain):
        await each.end()


async def test_another_compression_is_refused_by_name(service: Running):
    """There is one; `none` is what holds without it."""
    raw = await Raw.open(service.url, "compression=br")
    error = await raw.text()
    assert (error["name"], "none and zstd" in error["detail"]) == ("bad_request", True)
    await raw.end()
    other = await Raw.open(service.url, "compression=none")
    assert "dictionary" not in await other.text()
    await other.end()
    assert '"unknown_parameter"' in await service.text("/v1/sse?compression=zstd")
