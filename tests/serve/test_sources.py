import asyncio

import aiohttp

from tests.documents import fresh_competition, odf
from tests.schedules import local
from tests.service_fixture import LIMIT, Running


async def test_the_systems_of_a_competition(service: Running):
    """By name, as each of them said last; those of other competitions are not shown."""
    competition, other = fresh_competition(), fresh_competition()
    seqs = await service.store(
        local(competition, "ON", Source="B1"),
        local(competition, "ON", Source="A1", DocumentCode="ATH" + 31 * "-"),
        local(other, "ON"),
        local(competition, "OFF", Source="B1", Time="120000000"),
        odf(competition),
    )
    status, page = await service.get(f"/v1/sources?competition={competition}")
    assert status == 200
    assert (set(page), page["competition"]) == ({"epoch", "seq", "competition", "listening", "sources"}, competition)
    athletics, basketball = page["sources"]
    assert athletics == {
        "topic": f"{competition}.ATH.-.-.-.-.source.A1",
        "seq": athletics["seq"],
        "source": "A1",
        "code": "ATH" + 31 * "-",
        "discipline": "ATH",
        "venue": None,
        "state": "on",
        "since": athletics["since"],
        "recv": athletics["recv"],
        "keep_alive_seconds": 60,
        "tolerance_seconds": 10,
        "heard": athletics["recv"],
        "age_seconds": athletics["age_seconds"],
        "lag_seconds": (athletics["recv"] - athletics["since"]) / 1e6,
        "documents": 1,
    }
    assert (basketball["source"], basketball["venue"], basketball["state"]) == ("B1", "BCY", "off")
    assert basketball["since"] > athletics["since"]
    assert seqs[2] < basketball["seq"] == page["seq"] <= seqs[3] + 1


async def test_a_competition_without_systems_has_none(service: Running):
    """It is there, none of its systems has spoken."""
    competition = fresh_competition()
    await service.store(odf(competition))
    _, page = await service.get(f"/v1/sources?competition={competition}")
    assert (page["seq"], page["sources"]) == (0, [])


async def test_a_system_is_heard_whatever_it_sends(service: Running):
    """Signs of life and repeats count, refused documents do not; the tag follows, though no message came."""
    competition = fresh_competition()
    await service.store(local(competition, "ON", Source="B1"))
    path = f"/v1/sources?competition={competition}"
    before = (await service.get(path))[1]["sources"][0]
    for document in (
        local(competition, "ON", Source="B1"),
        local(competition, "KA", Source="B1", Time="100100000"),
        local(competition, "KA", Source="B1", Version="0"),
        local(competition, "KA", Source="B2"),
    ):
        await service.post(document)
    async with asyncio.timeout(LIMIT):
        while (now := (await service.get(path))[1]["sources"][0])["documents"] < 3:
            await asyncio.sleep(0.01)
    assert (now["documents"], now["seq"], now["state"]) == (3, before["seq"], "on")
    assert now["heard"] > before["heard"] == before["recv"]
    async with aiohttp.ClientSession() as session, session.get(service.url + path) as answer:
        tag = answer.headers["ETag"]
    await service.post(local(competition, "KA", 2, Source="B1"))
    async with asyncio.timeout(LIMIT):
        while (now := (await service.get(path))[1]["sources"][0])["documents"] < 4:
            await asyncio.sleep(0.01)
    known = {"If-None-Match": tag}
    async with aiohttp.ClientSession() as session, session.get(service.url + path, headers=known) as answer:
        assert answer.status == 200


async def test_what_was_heard_is_not_known_of_the_past(service: Running):
    """What a system said is in the stream, when it was heard is not."""
    competition = fresh_competition()
    *_, seq = await service.store(local(competition, "ON"), local(competition, "OFF", Time="120000000"))
    _, page = await service.get(f"/v1/sources?competition={competition}&as_of={seq + 1}")
    (row,) = page["sources"]
    assert (page["listening"], row["heard"], row["age_seconds"], row["documents"]) == (0, None, None, 0)
    assert row["state"] == "off"
