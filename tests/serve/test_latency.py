"""What is measured is told: of what came live, to who may read it, hop by hop."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.documents import odf
from tests.keyring import add, ask, reader, sender, store
from tests.matches import people
from tests.serve.raw import Raw
from tests.service_fixture import House, opened, wait_until

CHAIN = ("admit", "store", "wait", "write")


async def told(house: House, query: str = "") -> dict[str, Any]:
    """The page of all since the start."""
    status, page = await house.get(f"/v1/latency?window=start{query}")
    assert status == 200, page
    return page


def counts(hops: dict[str, Any]) -> dict[str, int]:
    """How many each hop has."""
    return {name: spread["count"] for name, spread in hops.items()}


async def written(house: House, count: int) -> None:
    """Return when so many messages have been measured to their end."""
    whole = house.service._worlds["P"].hops.whole
    await wait_until(lambda: whole()[-1].count == count)


async def test_the_hops_of_a_message_add_up_to_its_total(house: House):
    """To the microsecond, as one clock stamped them all; the venue's is another and stands apart."""
    raw = await Raw.open(house.url)
    await house.store(odf("XA"))
    await raw.messages(1)
    await written(house, 1)
    page = await told(house)
    (row,) = page["disciplines"]
    assert (row["competition"], row["discipline"], row["hops"]) == ("XA", "ATH", page["all"])
    assert set(counts(row["hops"]).values()) == {1}
    most = {name: spread["max"] for name, spread in row["hops"].items()}
    assert 0 < most["total"] == sum(most[name] for name in CHAIN) < 10_000_000
    assert most["admit"] > 0
    assert most["store"] > 0
    assert page["since"] < page["until"]
    await raw.end()


async def test_what_nobody_reads_ends_at_this_node(house: House):
    """It is stored, and not written; who comes later and reads it from the log does not count."""
    await house.store(odf("XA"))
    raw = await Raw.open(house.url, "after=0")
    await raw.messages(1)
    assert counts((await told(house))["all"]) == {"venue": 1, "admit": 1, "store": 1, "wait": 0, "write": 0, "total": 0}
    await house.store(odf("XA", 2))
    await raw.messages(1)
    await written(house, 1)
    await raw.end()


async def test_lists_and_what_was_there_before_do_not_count(tmp_path: Path):
    """The athletes come when there is time for it, and after a start nothing old is new."""
    async with opened(tmp_path) as house:
        await house.store(people("XA", "7 FIN Aino"), odf("XA"))
        assert counts((await told(house))["all"])["store"] == 1
    async with opened(tmp_path) as house:
        assert (await told(house))["disciplines"] == []
        await house.store(odf("XA", 2))
        assert counts((await told(house))["all"])["store"] == 1


async def test_a_page_is_of_what_was_asked_for(house: House):
    """By competition, by discipline and by window; nobody may keep it."""
    swimming = "SWMM100MFR------------FNL-000001--"
    await house.store(odf("XA"), odf("XA", DocumentCode=swimming), odf("XB"))
    places = [(row["competition"], row["discipline"]) for row in (await told(house))["disciplines"]]
    assert places == [("XA", "ATH"), ("XA", "SWM"), ("XB", "ATH")]
    for query, count in (
        ("&competition=XA", 2),
        ("&discipline=ATH", 2),
        ("&discipline=ATH,SWM&competition=XB", 1),
        ("&discipline=BOX", 0),
    ):
        page = await told(house, query)
        assert (len(page["disciplines"]), counts(page["all"])["store"]) == (count, count)
    async with aiohttp.ClientSession() as session, session.get(f"{house.url}/v1/latency") as answer:
        page = await answer.json()
        assert (page["window"], answer.headers["Cache-Control"]) == ("minute", "private, no-store")
        assert 0 <= page["until"] - page["since"] <= 60_000_000
    for query in ("window=day", "delay=5", "discipline="):
        assert (await house.get(f"/v1/latency?{query}"))[0] == 400


async def test_a_key_is_told_of_what_it_reads(house: House):
    """Of its competitions and disciplines alone; of some venues, or with a delay, nothing is told."""
    writing, whole = sender(), reader()
    narrow, late, local = reader(disciplines=("SWM",)), reader(delay_seconds=60), reader(venues=("STA",))
    elsewhere = reader(competitions=("XB",))
    await add(house, writing, whole, narrow, late, local, elsewhere)
    await store(house, writing, odf("XA"))
    path = "/v1/latency?window=start"
    for held, count in ((whole, 1), (narrow, 0), (elsewhere, 0)):
        _, page = await ask(house, path, held)
        assert (len(page["disciplines"]), counts(page["all"])["store"]) == (count, count)
    for held, name in ((late, "embargoed"), (local, "not_entitled")):
        status, error = await ask(house, path, held)
        assert (status, error["name"]) == (403, name)


@pytest.mark.parametrize("flag", ["P", "T"])
async def test_flags_share_nothing(house: House, flag: str):
    """A test document is measured in its own world."""
    await house.store(odf("XA", FeedFlag=flag))
    found = {each: len((await told(house, f"&flag={each}"))["disciplines"]) for each in "PT"}
    assert found == {"P": flag == "P", "T": flag == "T"}
