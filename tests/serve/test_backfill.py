import io
import random
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from lxml import etree

from feed.errors import ErrorName, ReaderError
from feed.serve import backfill
from feed.serve.odf import Written
from tests.documents import fresh_competition, odf
from tests.schedules import schedule, unit
from tests.serve.raw import Raw
from tests.service_fixture import House, Lose, Running, opened, wait_until

UNIT = "ATHM100M--------------FNL-000001--"


async def asked(service: Running, competition: str, **query: str) -> tuple[int, str, bytes]:
    key = {"competition": competition, "DocumentCode": UNIT, "DocumentType": "DT_RESULT"} | query
    address = f"{service.url}/v1/odf?{urlencode({name: text for name, text in key.items() if text})}"
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        return answer.status, answer.content_type, await answer.read()


def version_of(document: bytes) -> str | None:
    return etree.fromstring(document).get("Version")


async def test_one_version_comes_as_its_document(service: Running):
    """Also one that was replaced since."""
    competition = fresh_competition()
    await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    status, media, text = await asked(service, competition, Version="2")
    assert (status, media, version_of(text)) == (200, "application/xml", "2")


async def test_several_come_as_files_named_after_their_headers(service: Running):
    """The newest first; a withdrawal is one of them."""
    competition = fresh_competition()
    first = odf(competition, 1, LogicalDate="2030-07-03", ResultStatus="OFFICIAL")
    await service.store(first, odf(competition, 2).replace(b"<Competition></Competition>", b""))
    status, media, text = await asked(service, competition)
    assert (status, media) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(text)) as files:
        assert [name.split("~", 1)[1] for name in files.namelist()] == [
            f"{competition}~~2030-07-03~100002000~DT_RESULT~~{UNIT}~~LIVE~2~P~.xml",
            f"{competition}~2030-07-03~2030-07-03~100001000~DT_RESULT~~{UNIT}~~OFFICIAL~1~P~.xml",
        ]
        assert [version_of(files.read(name)) for name in files.namelist()] == ["2", "1"]


@pytest.mark.parametrize(
    "query, version", [({"LogicalDate": "2030-07-04"}, "2"), ({"Date": "2030-07-03", "LogicalDate": "2030-07-03"}, "1")]
)
async def test_days_narrow_the_choice(service: Running, query: dict[str, str], version: str):
    """The competition day, and the day of the header."""
    competition = fresh_competition()
    await service.store(
        odf(competition, 1, LogicalDate="2030-07-03"), odf(competition, 2, LogicalDate="2030-07-04", Date="2030-07-04")
    )
    status, _, text = await asked(service, competition, **query)
    assert (status, version_of(text)) == (200, version)


async def test_a_list_is_the_one_of_now(service: Running):
    """Its earlier Versions are not kept as documents."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1), unit(2)))
    key = {"DocumentCode": "ATH" + 31 * "-", "DocumentType": "DT_SCHEDULE"}
    status, _, text = await asked(service, competition, **key)
    assert (status, len(etree.fromstring(text)[0])) == (200, 2)
    status, _, text = await asked(service, competition, **key, Version="1")
    assert (status, b"leave out version" in text.lower()) == (400, True)


@pytest.mark.parametrize(
    "query, status, name",
    [
        ({"Version": "9"}, 404, "not_found"),
        ({"LogicalDate": "1896-04-06"}, 404, "not_found"),
        ({"DocumentCode": ""}, 400, "bad_request"),
        ({"DocumentCode": "100m"}, 400, "bad_request"),
        ({"Version": "x"}, 400, "bad_request"),
        ({"FeedFlag": "X"}, 400, "bad_request"),
        ({"Serial": "1"}, 400, "unknown_parameter"),
    ],
)
async def test_what_cannot_be_found_is_told_by_name(service: Running, query: dict[str, Any], status: int, name: str):
    """Nothing that was asked for is ignored."""
    competition = fresh_competition()
    await service.store(odf(competition, 1))
    found, _, text = await asked(service, competition, **query)
    assert (found, name.encode() in text) == (status, True)


async def test_what_is_behind_a_version_that_the_broker_lost_is_not_found(tmp_path: Path, lose: Lose):
    """Each names the one before it, and this one is gone: no other message is taken for it, also none of its topic."""
    async with opened(tmp_path) as house:
        _, lost, _ = await house.store(*(odf("XA", version) for version in (1, 2, 3)))
        await lose(house, lost)
    async with opened(tmp_path) as house:  # nothing of it is in memory any more
        status, media, text = await asked(house, "XA")
        assert (status, media, version_of(text)) == (200, "application/xml", "3")
        assert (await asked(house, "XA", Version="1"))[0] == 404


def _noise(competition: str, version: int) -> bytes:
    """A document that no compression makes much shorter."""
    return odf(
        competition,
        version,
        body=f"<Text>{random.Random(version).randbytes(60_000).hex()}</Text>",
        DocumentType="DT_TEXT",
    )


def _made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the documents that are made."""
    counts, make = Counter[str](), backfill.written

    async def counted(*arguments: Any) -> Written:
        counts["made"] += 1
        return await make(*arguments)

    monkeypatch.setattr(backfill, "written", counted)
    return counts


async def test_a_slow_reader_of_many_costs_no_more_than_it_takes(house: House, monkeypatch: pytest.MonkeyPatch):
    """What does not fit into its socket is not made yet; it counts and is watched, and has all in the end."""
    await house.store(*(_noise("XA", version) for version in range(1, 121)))
    counts = _made(monkeypatch)
    raw = await Raw.connect(house.url, buffer=4096)
    raw.writer.transport.pause_reading()
    query = urlencode({"competition": "XA", "DocumentCode": UNIT, "DocumentType": "DT_TEXT"})
    raw.send(f"GET /v1/odf?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await wait_until(lambda: any(pull.owed for pull in house.pump().pulls))
    assert (len(house.pump().pulls), 2 <= counts["made"] < 100) == (1, True)
    raw.writer.transport.resume_reading()
    while counts["made"] < 120:
        await raw.reader.read(1 << 20)
    raw.reset()
    await wait_until(lambda: not house.pump().pulls)


async def test_it_counts_as_an_answer_under_way(tmp_path: Path):
    """Above connections_max it is one too many, by name."""
    async with opened(tmp_path, connections_max=1) as house:
        await house.store(odf("XA"))
        raw = await Raw.open(house.url)
        status, _, text = await asked(house, "XA")
        assert (status, b"too_many" in text) == (429, True)
        await raw.end()


async def test_what_fails_behind_the_first_files_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch):
    """Nobody takes a part for all of it."""
    await house.store(*(odf("XA", version) for version in (1, 2, 3)))
    make, left = backfill.written, [1, 1]

    async def failing(*arguments: Any) -> Written:
        if not left:
            raise ReaderError(ErrorName.DAMAGED, "gone")
        left.pop()
        return await make(*arguments)

    monkeypatch.setattr(backfill, "written", failing)
    with pytest.raises(aiohttp.ClientPayloadError):
        await asked(house, "XA")
