import asyncio
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from lxml import etree

from feed.candidate import Receipt
from feed.venues.odf import decode
from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games, Sent
from schemas.message import Remark
from tests.service_fixture import LIMIT, XML, House, opened

SEED = 5
XML_NAMES = ("DocumentType", "DocumentCode", "DocumentSubcode", "DocumentSubtype", "Version", "ResultStatus")


@cache
def small() -> tuple[list[Sent], bytes]:
    """The documents of the smallest Games, and the truth about them."""
    truth = io.BytesIO()
    return list(Games(SCALES["small"], SEED).sent(truth)), truth.getvalue()


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in small()[1].splitlines()]


@cache
def headers() -> list[dict[str, str]]:
    return [dict(etree.fromstring(sent.document).attrib) for sent in small()[0]]


def test_documents_come_in_the_order_of_time():
    """Also by what their headers say."""
    times = [sent.at for sent in small()[0]]
    assert times == sorted(times)
    stamps = [header["Date"] + header["Time"] for header in headers()]
    assert stamps == sorted(stamps)


def test_versions_rise_by_one_for_each_document():
    """Per type, code, subcode and subtype."""
    newest: Counter[tuple[str, ...]] = Counter()
    for header in headers():
        key = tuple(header.get(name, "") for name in XML_NAMES[:4])
        newest[key] += 1
        assert header["Version"] == str(newest[key])


def test_statuses_of_a_result_follow_the_rules():
    """START_LIST, LIVE with breaks, then to OFFICIAL, which may come again (Foundation Principles 2.6)."""
    order = ("START_LIST", "LIVE", "INTERMEDIATE", "UNCONFIRMED", "UNOFFICIAL", "PROTESTED", "OFFICIAL")
    seen: dict[str, list[int]] = defaultdict(list)
    for header in headers():
        if header["DocumentType"] == "DT_RESULT":
            step = order.index(header["ResultStatus"])
            seen[header["DocumentCode"]].append(1 if step == 2 else step)
    assert len(seen) == sum(line["about"] == "result" for line in lines())
    for steps in seen.values():
        assert steps == sorted(steps)
        assert {0, 1, 3, 4, 6} <= set(steps)


# The orders of messages that General Messages and the Foundation Principles draw, step by step.
ORDERS = {
    "the last unit of an event": (
        *("SCHEDULE_UPDATE GETTING_READY", "RESULT START_LIST", "SCHEDULE_UPDATE RUNNING", "RESULT LIVE", "CURRENT"),
        *("RESULT LIVE", "SCHEDULE_UPDATE FINISHED", "RESULT UNCONFIRMED", "PHASE_RESULT UNCONFIRMED"),
        *("RESULT UNOFFICIAL", "PHASE_RESULT UNOFFICIAL", "RESULT OFFICIAL", "PHASE_RESULT OFFICIAL"),
        *("MEDALLISTS OFFICIAL", "MEDALS", "MEDALLISTS_DISCIPLINE", "RANKING OFFICIAL"),
    ),
    "a match of a pool": ("RESULT OFFICIAL", "POOL_STANDING INTERMEDIATE", "BRACKETS INTERMEDIATE"),
    "a protest": (
        *("RESULT UNOFFICIAL", "COMMUNICATION OPN", "RESULT PROTESTED", "COMMUNICATION CLS", "RESULT OFFICIAL"),
    ),
    "a postponement": (
        *("SCHEDULE_UPDATE DELAYED", "SCHEDULE_UPDATE POSTPONED", "COMMUNICATION", "SCHEDULE_UPDATE RESCHEDULED"),
        "SCHEDULE_UPDATE GETTING_READY",
    ),
    "a disqualification days later": (
        *("RESULT OFFICIAL", "MEDALLISTS OFFICIAL", "RESULT OFFICIAL noted", "PHASE_RESULT OFFICIAL noted"),
        *("MEDALLISTS OFFICIAL noted", "MEDALS", "RANKING OFFICIAL noted"),
    ),
}
_OF_UNIT = {"DT_RESULT", "DT_CURRENT"}
_OF_EVENT = {"DT_PHASE_RESULT", "DT_POOL_STANDING", "DT_BRACKETS", "DT_MEDALLISTS", "DT_RANKING"}


@cache
def steps_by_unit() -> dict[str, list[str]]:
    """What was sent about each unit, its event and, of medals, its discipline, in order."""
    units = {header["DocumentCode"] for header in headers() if header["DocumentType"] == "DT_RESULT"}
    found: dict[str, list[str]] = {unit: [] for unit in sorted(units)}
    for sent in small()[0]:
        root = etree.fromstring(sent.document)
        for concerned, step in steps(root):
            for unit, told in found.items():
                if unit.startswith(concerned):
                    told.append(step)
    return found


def steps(root: etree._Element) -> Iterator[tuple[str, str]]:
    """What of a document is a step, with the beginning of the codes that it is about."""
    type_, code = root.get("DocumentType", ""), root.get("DocumentCode", "")
    named = f"{type_.removeprefix('DT_')} {root.get('ResultStatus', '')}".strip()
    noted = " noted" if root.find(".//Note") is not None else ""
    if type_ in _OF_UNIT:
        yield code, named + noted
    elif type_ in _OF_EVENT:
        yield code[:22], named + noted
    elif type_ in {"DT_MEDALS", "DT_MEDALLISTS_DISCIPLINE"}:
        yield ("" if type_ == "DT_MEDALS" else code[:3]), named
    elif type_ == "DT_SCHEDULE_UPDATE":
        for unit in root.iter("Unit"):
            yield unit.get("Code", ""), f"SCHEDULE_UPDATE {unit.get('ScheduleStatus')}"
            if unit.get("ScheduleStatus") == "SCHEDULED" and unit.find("StartList") is not None:
                yield unit.get("Code", "")[:22], "SCHEDULE_UPDATE with starters"
    elif type_ == "DT_COMMUNICATION":
        for part in root.iter("Protest", "Decision"):
            yield part.get("Unit", ""), f"COMMUNICATION {part.get('Status', '')}".strip()


@pytest.mark.parametrize("name", ORDERS)
def test_every_order_of_messages_is_there(name: str):
    """Of one unit at least, with others between: each step behind the one before."""

    def is_told(told: list[str]) -> bool:
        rest = iter(told)
        return all(step in rest for step in ORDERS[name])

    assert any(is_told(told) for told in steps_by_unit().values())


def test_the_last_match_of_the_pools_tells_who_meets_then():
    """Nothing else about the event lies between: standing, brackets, and the units that are drawn from the pools."""
    order = ["POOL_STANDING OFFICIAL", "BRACKETS INTERMEDIATE", "SCHEDULE_UPDATE with starters"]
    assert any(told[place : place + 3] == order for told in steps_by_unit().values() for place in range(len(told)))


def test_every_incident_is_there():
    """Photo finish, protest, corrected and later disqualified medals, two golds, a record withdrawn, another time."""
    documents = b"\n".join(sent.document for sent in small()[0])
    statuses = {header.get("ResultStatus") for header in headers()}
    assert {"PROTESTED", "PARTIAL"} <= statuses
    for part in (b'PhotoFinish="P"', b'ScheduleStatus="POSTPONED"', b'ScheduleStatus="RESCHEDULED"', b'Reinstated="Y"'):
        assert part in documents
    assert b"disqualified for" in documents
    assert b"corrected after review" in documents
    held = [Counter(medal for medal, *_ in line["held"]) for line in lines() if line["about"] == "medals"]
    assert any(medals["gold"] == 2 and not medals["silver"] for medals in held)
    assert any(medals["bronze"] == 2 and medals["gold"] == 1 for medals in held)
    assert any(
        (header["DocumentType"], header.get("DocumentSubtype")) == ("DT_PARTIC", "HISTORICAL") for header in headers()
    )


def test_the_decoder_takes_every_document_as_it_is():
    """No refusal, nothing left over that has no field."""
    remarks: Counter[str] = Counter()
    for sent in small()[0]:
        decoded = decode(sent.document, Receipt(sent.at * 1_000, None, lambda _competition: None))
        assert decoded.refusal is None, (decoded.refusal, sent.document[:400])
        remarks.update(remark for each in decoded.candidates for remark in each.message.remarks)
    assert set(remarks) <= {Remark.ZONE_ASSUMED}


def test_another_seed_gives_other_games():
    """And the truth tells the difference."""
    games, truth = Games(SCALES["small"], SEED + 1), io.BytesIO()
    first = next(iter(games.sent(truth)))
    assert first.document != small()[0][0].document


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_service_comes_to_the_same_medals_and_results(tmp_path: Path):
    """All documents posted, venues side by side: the official table equals the truth by row, results by unit too."""
    (competition,) = (line["competition"] for line in lines() if line["about"] == "games")
    async with opened(tmp_path) as house:
        last = await post_all(house)
        page = await counted(house, competition, last)
        (table,) = (line["rows"] for line in lines() if line["about"] == "table")
        assert page["rows"] == table
        for line in lines():
            if line["about"] == "result":
                assert await told(house, competition, line["code"]) == [result_of(row) for row in line["rows"]]


_FIGURES = re.compile(rb'DocumentType="DT_(CURRENT|STATS)"')  # nothing follows from them


async def post_all(house: House) -> int:
    """Each source over a connection of its own, in its order, without figures; returns the highest sequence."""
    by_source: dict[str, list[bytes]] = defaultdict(list)
    for sent in small()[0]:
        if not _FIGURES.search(sent.document[:600]):
            by_source[sent.source].append(sent.document)

    async def post(documents: list[bytes]) -> int:
        newest = 0
        async with aiohttp.ClientSession(headers=XML) as session:
            for document in documents:
                async with session.post(f"{house.url}/ingest/odf", data=document) as answer:
                    body = await answer.json(content_type=None)
                    assert (answer.status, body["quarantined"], body["stale"]) == (200, [], 0), document[:400]
                    newest = max(newest, *(each["seq"] for each in body["accepted"]), 0)
        return newest

    return max(await asyncio.gather(*map(post, by_source.values())))


async def counted(house: House, competition: str, seq: int) -> dict[str, Any]:
    """The official table once everything posted is counted."""
    await house.known(seq)
    async with asyncio.timeout(LIMIT):
        while True:
            _, page = await house.get(f"/v1/medals?competition={competition}&view=official")
            if page["through"] >= seq:
                return page
            await asyncio.sleep(0.05)


async def told(house: House, competition: str, code: str) -> list[tuple[str | None, ...]]:
    """Id, rank, result, irm and wlt of a unit's newest result."""
    status, page = await house.get(f"/v1/units/{code}/result?competition={competition}")
    assert status == 200, page
    rows = page["body"]["competitors"]
    return [tuple(row.get(name) for name in ("id", "rank", "result", "irm", "wlt")) for row in rows]


def result_of(row: dict[str, Any]) -> tuple[str | None, ...]:
    rank = None if row["rank"] is None else str(row["rank"])
    return row["id"], rank, row["result"], row["irm"], row["wlt"]
