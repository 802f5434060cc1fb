import asyncio
import gzip
import json
import random

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from feed.serve import coding
from feed.serve.coding import Coded, Gzip, takes_gzip
from tests.documents import fresh_competition, large, odf
from tests.schedules import local, schedule, unit, unit_code
from tests.service_fixture import House, Running

PLAIN = {"Accept-Encoding": "identity"}
PACKED = {"Accept-Encoding": "gzip"}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Gzip]:
    """What compresses for several, as it is made."""
    made: list[Gzip] = []

    class Counted(Gzip):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(coding, "Gzip", Counted)
    return made


@pytest.mark.parametrize(
    "asked, expected",
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip, identity;q=0.5", True),
        ("*", True),
        ("*, gzip;q=0", False),
        ("br;q=1.0, *;q=0.1", True),
    ],
)
def test_gzip_is_for_who_takes_it(asked: str | None, expected: bool):  # noqa: FBT001 - a case
    """By name or by *, if it is not wanted less than the body as it is."""
    assert takes_gzip(CIMultiDict({} if asked is None else {"Accept-Encoding": asked})) is expected


async def test_a_body_in_parts_is_the_body():
    """Whatever the sizes of its parts, beside the loop or in it; equal bodies are equal bytes."""
    parts = [b"a" * size for size in (0, 1, coding.THREAD_BYTES, 100_000, 7)]

    async def packed() -> bytes:
        coder = Gzip()
        return b"".join([await coder.add(part) for part in parts]) + await coder.end()

    assert gzip.decompress(await packed()) == b"".join(parts)
    assert await packed() == await packed()


async def test_several_who_ask_at_once_get_one_body(monkeypatch: pytest.MonkeyPatch):
    """One compresses, all get the same; one that leaves takes nothing from the others."""
    made = counted(monkeypatch)
    coded, text = Coded(), b"x" * 100_000
    asking = [asyncio.create_task(coded.made(("/a", "1"), (text, text))) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    late = await coded.find(("/a", "1"))
    bodies = await asyncio.gather(*asking[1:])
    assert len(made) == 1
    assert {late, *bodies} == {await coded.find(("/a", "1"))}
    assert late is not None
    assert gzip.decompress(late) == text * 2
    assert await coded.find(("/a", "2")) is None


async def test_what_takes_too_much_room_is_not_kept():
    """Nothing above a quarter of the room; and of what is, the oldest goes first."""
    coded, chance = Coded(2_000), random.Random(1)
    await coded.made(("/a", "1"), (chance.randbytes(600),))
    assert await coded.find(("/a", "1")) is None
    for number in range(4):
        await coded.made(("/b", str(number)), (chance.randbytes(450),))
    found = [await coded.find(("/b", str(number))) for number in range(4)]
    assert [body is not None for body in found] == [False, False, True, True]


async def fetched(url: str, path: str, headers: dict[str, str]) -> tuple[int, CIMultiDictProxy[str], bytes]:
    """Status, headers and the body as it came."""
    async with (
        aiohttp.ClientSession(auto_decompress=False, headers=headers) as session,
        session.get(url + path) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


async def test_each_coding_is_a_representation_of_its_own(service: Running):
    """The same text under another tag; Vary tells what chose it, and one tag says nothing of the other."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, "2030-07-03T10:00:00+02:00")), local(competition, "ON"))
    await service.store(odf(competition, unit=2))
    topic = f"{competition}.ATH.M.100M.FNL.000002.result"
    doors = (f"schedule?competition={competition}", f"units/{unit_code(1)}?competition={competition}", "competitions")
    for door in (*doors, f"documents/{topic}", f"snapshot?filter={competition}.%3E", f"log?filter={competition}.%3E"):
        path = f"/v1/{door}"
        _, plain, text = await fetched(service.url, path, PLAIN)
        _, packed, body = await fetched(service.url, path, PACKED)
        assert "Content-Encoding" not in plain
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(body) == text, path
        assert all("Accept-Encoding" in headers["Vary"].split(", ") for headers in (plain, packed))
        assert json.loads(text)
        if "ETag" not in plain:
            assert "/v1/log" in path
            continue
        tags = plain["ETag"], packed["ETag"]
        assert tags[1] == tags[0].removesuffix('"') + ':gzip"'
        for asked, tag, status in ((PLAIN, 0, 304), (PACKED, 1, 304), (PLAIN, 1, 200), (PACKED, 0, 200)):
            answer = await fetched(service.url, path, asked | {"If-None-Match": tags[tag]})
            assert answer[0] == status
            if status == 304:
                assert ("Content-Encoding" in answer[1], answer[2]) == (False, b"")


async def test_odf_is_compressed_as_well(service: Running):
    """An ODF document, too."""
    competition = fresh_competition()
    await service.store(odf(competition))
    path, xml = f"/v1/documents/{competition}.ATH.M.100M.FNL.000001.result", {"Accept": "application/xml"}
    _, _, text = await fetched(service.url, path, PLAIN | xml)
    _, headers, body = await fetched(service.url, path, PACKED | xml)
    assert (headers["Content-Type"], gzip.decompress(body)) == ("application/xml; charset=utf-8", text)
    assert text.startswith(b"<?xml")


async def test_a_snapshot_is_compressed_once(house: House, monkeypatch: pytest.MonkeyPatch):
    """For all who ask, also at once; after the next message it is another. A HEAD has no body, now as before."""
    await house.store(*(large("XA", unit=unit, size=200_000) for unit in range(1, 5)))
    made = counted(monkeypatch)
    first, *others = await asyncio.gather(*(fetched(house.url, "/v1/snapshot", PACKED) for _ in range(4)))
    _, headers, body = await fetched(house.url, "/v1/snapshot", PACKED)
    assert {body, *(each for _, _, each in others)} == {first[2]}
    assert (len(made), headers["ETag"]) == (1, first[1]["ETag"])
    one = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(house.url, connector=one, headers=PACKED) as session:
        for _ in range(2):
            async with session.head("/v1/snapshot") as answer:
                assert (answer.status, await answer.read()) == (200, b"")
    await house.store(odf("XA", unit=9))
    assert (await fetched(house.url, "/v1/snapshot", PACKED))[1]["ETag"] != first[1]["ETag"]


async def test_a_long_snapshot_is_compressed_as_it_leaves(house: House, monkeypatch: pytest.MonkeyPatch):
    """The same text, in chunks, without waiting for all of it; nobody else's."""
    monkeypatch.setattr("feed.serve.snapshot.SHARED_BYTES", 100_000)
    await house.store(*(large("XA", unit=unit, size=200_000) for unit in range(1, 5)))
    made = counted(monkeypatch)
    _, _, text = await fetched(house.url, "/v1/snapshot", PLAIN)
    _, headers, body = await fetched(house.url, "/v1/snapshot", PACKED)
    assert (gzip.decompress(body), headers["Transfer-Encoding"]) == (text, "chunked")
    assert made == []
