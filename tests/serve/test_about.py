"""Readers of people, places and a status: they get what is about these, and what leaves them."""

from typing import Any

import pytest

from tests.documents import fresh_competition
from tests.serve.raw import Raw, op
from tests.service_fixture import House

HEAD = (
    '<OdfBody CompetitionCode="{0}" DocumentCode="ATHM100M--------------FNL-{1:06d}--" DocumentType="DT_RESULT" '
    'Version="{2}" ResultStatus="{3}" FeedFlag="P" Date="2030-07-03" Time="2156{2:02d}045" LogicalDate="2030-07-03" '
    'Source="STAATH1"><Competition>{4}</Competition></OdfBody>'
)
ROW = (
    '<Result Rank="{0}" ResultType="TIME" Result="9.8{0}" SortOrder="{0}"><Competitor Code="{1}" Type="A" '
    'Organisation="{2}"><Composition><Athlete Code="{1}" Order="1"><Description GivenName="A" FamilyName="B" '
    'Gender="M" Organisation="{2}" BirthDate="2004-02-11"/></Athlete></Composition></Competitor></Result>'
)


def result(competition: str, version: int, who: str, status: str = "LIVE", unit: int = 1) -> bytes:
    """A result of athletes, each with its organisation: `1FRA 2USA`."""
    rows = "".join(ROW.format(place, f"100000{each[0]}", each[1:]) for place, each in enumerate(who.split(), 1))
    return HEAD.format(competition, unit, version, status, rows).encode()


async def followed(house: House, query: str, count: int) -> list[int]:
    raw = await Raw.open(house.url, f"after=0&type=result&{query}")
    seqs = [message["seq"] for message in await raw.messages(count)]
    await raw.end()
    return seqs


@pytest.mark.parametrize(
    "query, versions",
    [
        ("noc=FRA", [1, 2, 3]),
        ("noc=USA", [1, 2, 3, 4]),
        ("noc=ITA", [3, 4]),
        ("athlete=1000001", [1, 2, 3]),
        ("status=OFFICIAL", [2, 3]),
        ("noc=FRA&status=OFFICIAL", [2, 3]),
        ("noc=FRA,ITA&athlete=1000001&athlete=1000003", [1, 2, 3, 4]),
    ],
)
async def test_what_is_followed_comes_until_it_has_left(house: House, query: str, versions: list[int]):
    """The message that takes it away comes too; what is about others does not."""
    stories = [("1FRA 2USA", "LIVE"), ("1FRA 2USA", "OFFICIAL"), ("2USA 3ITA", "PROTESTED"), ("2USA", "PROTESTED")]
    seqs = await house.store(*(result("XA", number, *each) for number, each in enumerate(stories, 1)))
    await house.store(result("XA", 1, "9XXX", unit=2))
    expected = [seqs[version - 1] for version in versions]
    assert await followed(house, query, len(expected)) == expected
    _, page = await house.get(f"/v1/log?after=0&type=result&{query}")
    assert [message["seq"] for message in page["messages"]] == expected


async def test_a_snapshot_holds_what_is_so_now(house: House):
    """Not what has left, although the message that tells so was sent."""
    competition = fresh_competition()
    await house.store(result(competition, 1, "1FRA"), result(competition, 2, "2USA"))
    (other,) = await house.store(result(competition, 1, "1FRA", unit=2))

    async def held(query: str) -> list[int]:
        _, page = await house.get(f"/v1/snapshot?filter={competition}.>&type=result&{query}")
        return [message["seq"] for message in page["messages"]]

    assert await held("noc=FRA") == await held("athlete=1000001") == [other]
    raw = await Raw.open(house.url, f"filter={competition}.%3E&type=result&noc=FRA&snapshot=1")
    found = await raw.until("snapshot_end")
    assert [message["seq"] for message in found if "topic" in message] == [other]
    await raw.end()


async def test_a_withdrawal_comes_to_those_whom_it_concerns(house: House):
    """A tombstone names nobody itself."""
    gone = result("XA", 2, "").replace(b"<Competition></Competition>", b"")
    first, second = await house.store(result("XA", 1, "1FRA"), gone)
    assert await followed(house, "noc=FRA", 2) == [first, second]


async def test_it_can_be_changed_on_the_open_socket(house: House):
    """Without a gap: the new wish holds behind a place that is named."""
    raw = await Raw.open(house.url, "after=0&type=result&noc=FRA")
    (first,) = await house.store(result("XA", 1, "1FRA"))
    assert (await raw.messages(1))[0]["seq"] == first
    raw.send(op(op="filter", type=["result"], noc=["USA"], status=["LIVE"]))
    filtered = (await raw.until("filtered"))[-1]
    assert filtered["seq"] >= first
    _, usa = await house.store(result("XA", 1, "1FRA", unit=2), result("XA", 1, "2USA", unit=3))
    assert (await raw.messages(1))[0]["seq"] == usa
    await raw.end()


@pytest.mark.parametrize("fields", [{"noc": ["fra"]}, {"status": [""]}, {"athlete": ["x" * 65]}])
async def test_what_can_never_match_closes_the_socket(house: House, fields: dict[str, Any]):
    """As a pattern that never matches does."""
    raw = await Raw.open(house.url)
    raw.send(op(op="filter", **fields))
    await raw.until("error")
    assert (await raw.closed())[0] == 4400
