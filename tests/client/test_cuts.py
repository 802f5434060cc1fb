"""The clients behind a proxy that cuts, delays and repeats."""

import asyncio
from typing import Any

import msgspec
import pytest

from feed.client import Arrival, Feed, Gap, Wish
from tests.client.proxy import SPACING, Proxy, between
from tests.documents import fresh_competition, large
from tests.service_fixture import Running

CUTS = 200
SHORT = 800  # bytes between cuts of what is compressed: about as many messages as without


async def store_until_cut(service: Running, competition: str, proxy: Proxy) -> list[int]:
    """Versions of three documents, until the proxy has cut as often as it should, and some behind that."""
    seqs: list[int] = []
    version = 1
    async with asyncio.timeout(60):
        while proxy.cuts < proxy.most:
            version += 1
            seqs += await service.store(*(large(competition, version, unit=unit, size=1500) for unit in (1, 2, 3)))
    return seqs + await service.store(large(competition, version + 1, size=1500))


async def logged(service: Running, competition: str) -> list[dict[str, Any]]:
    """All messages of a competition, as everybody gets them."""
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        _, page = await service.get(f"/v1/log?filter={competition}.%3E&limit=1000&after={after}")
        found += page["messages"]
        if not page["messages"]:
            return found
        after = page["next"]


@pytest.mark.parametrize(
    "wish",
    [
        Wish(after="0"),
        Wish(snapshot=True, encoding="msgpack", compression="zstd", delta=True),
    ],
    ids=["log", "snapshot"],
)
async def test_two_hundred_cuts_leave_no_gap_and_no_repeat(service: Running, wish: Wish):
    """Every message once, in order, and as everybody else gets it, whatever was told by its difference."""
    competition = fresh_competition()
    await service.store(*(large(competition, unit=unit, size=1500) for unit in (1, 2, 3)))
    read = msgspec.msgpack.decode if wish.get("encoding") == "msgpack" else msgspec.json.decode
    found: list[dict[str, Any]] = []
    gaps: list[Gap] = []
    patches = 0
    async with between(service.url, CUTS, spacing=SHORT if "compression" in wish else SPACING) as proxy:
        feed = Feed(proxy.url, retry_seconds=(0.001, 0.01))
        storing = asyncio.ensure_future(store_until_cut(service, competition, proxy))
        async for each in feed.follow(filters=[f"{competition}.>"], **wish).raw():
            if isinstance(each, Arrival):
                found.append(read(each.payload))
                patches += each.head.patch is not msgspec.UNSET
            elif isinstance(each, Gap):
                gaps.append(each)
            if storing.done() and found and found[-1]["seq"] >= storing.result()[-1]:
                break
    # The state of three documents in turns is the last three messages; everything follows.
    expected = (await logged(service, competition))[-len(found) if wish.get("snapshot") else 0 :]
    assert len(expected) > CUTS // 2
    assert gaps == []
    assert [each["seq"] for each in found] == [each["seq"] for each in expected]
    assert found == expected
    assert (proxy.cuts, proxy.repeats > 20, patches > 20) == (CUTS, True, wish.get("delta", False))
