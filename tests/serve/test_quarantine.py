import gzip
import random
from typing import Any

import aiohttp
import pytest

from feed.core.keys import Right
from feed.core.scope import Scope
from tests.documents import odf
from tests.keyring import Held, add, ask, operator, reader, sender, write
from tests.results import result, row
from tests.service_fixture import House

RUN = "ATHM100M--------------FNL-000100--"
TIME = {"ResultType": "TIME"}
SLOWER = (row("1", Rank="1", Result="9.99", **TIME), row("2", Rank="2", Result="9.89", **TIME))
SUSPECT = result(RUN, *SLOWER)
TOPIC = "XA.ATH.M.100M.FNL.000100.result"


async def decide(
    house: House, id_: str, action: str, held: Held | None = None, query: str = "", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an operator's decision; of an error what it says."""
    address = f"{house.url}/v1/quarantine/{id_}/{action}{query}"
    presented = headers | (held.headers if held else {})
    async with aiohttp.ClientSession(headers=presented) as session, session.post(address) as answer:
        body = await answer.json(content_type=None)
        return answer.status, body.get("error", body)


async def kept(house: House, document: bytes, **headers: str) -> str:
    """The id under which a document is in quarantine."""
    status, body = await house.post(document, **headers)
    assert status == 422, body
    return str(body["quarantine"])


async def test_every_refused_document_is_found_by_its_id(house: House):
    """Among many; it is shown with its reason, but there is nothing to decide."""
    ids = [await kept(house, odf("XA", 1, body="<a>" * number)) for number in range(1, 40)]
    for id_ in (ids[0], ids[17], ids[-1]):
        status, case = await house.get(f"/v1/quarantine/{id_}")
        assert (status, case["record"]["id"], case["record"]["reason"]) == (200, id_, "not_well_formed")
        assert (case["record"]["severity"], case["audit"]) == ("refuse", None)
    assert (await house.get("/v1/quarantine"))[1] == {"documents": []}
    _, page = await house.get("/v1/quarantine?all=1&limit=3")
    assert [each["record"]["id"] for each in page["documents"]] == ids[:-4:-1]
    for action in ("release", "discard"):
        status, error = await decide(house, ids[3], action)
        assert (status, error["name"]) == (409, "not_held")
        assert "not_well_formed" in error["detail"]
    for unknown in ("0" * 24, "x", ids[0][:-1]):
        assert (await house.get(f"/v1/quarantine/{unknown}"))[0] == 404
        assert (await decide(house, unknown, "release"))[0] == 404


@pytest.mark.parametrize("is_long", [False, True])
async def test_what_was_sent_compressed_or_long_is_released(house: House, is_long: bool):  # noqa: FBT001 - a case
    """The bytes come back from RAW, and above 512 kB from BLOB."""
    comment = random.Random(7).randbytes(600_000 if is_long else 10).hex()
    document = SUSPECT.replace(b"</OdfBody>", f"<!--{comment}--></OdfBody>".encode())
    id_ = await kept(house, gzip.compress(document), Content_Encoding="gzip")
    status, audit = await decide(house, id_, "release")
    assert (status, audit["action"]) == (200, "released"), audit
    _, message = await house.get(f"/v1/documents/{TOPIC}")
    assert message["seq"] == audit["seq"]
    _, plain = await house.get("/v1/quarantine?all=1")
    assert plain["documents"][0]["audit"] == audit


async def test_only_operators_decide(house: House):
    """Once there are keys: neither readers nor senders, nor an operator of something else or of the other flag."""
    id_ = await kept(house, SUSPECT)
    mine, elsewhere, tests = operator(), operator(scope=Scope.of(("XB",), ())), operator("T")
    others = (reader(), sender(), tests)
    await add(house, mine, elsewhere, *others)
    assert (await decide(house, id_, "release"))[0] == 401
    for held in others:
        for answer in (await ask(house, "/v1/quarantine", held), await decide(house, id_, "discard", held)):
            assert (answer[0], answer[1]["name"]) == (403, "not_entitled")
    assert (await ask(house, "/v1/log", mine))[0] == 403
    assert (await write(house, SUSPECT, mine))[0] == 403
    assert await ask(house, "/v1/quarantine", elsewhere) == (200, {"documents": []})
    assert (await decide(house, id_, "release", elsewhere))[0] == 404
    assert 'feed_denied_total{name="not_entitled",side="operate"} 6.0' in await house.text("/metrics")
    assert (await decide(house, id_, "release", tests, "?flag=T"))[0] == 404
    status, audit = await decide(house, id_, "release", mine)
    assert (status, audit["by"]) == (200, mine.key.id)


async def test_without_keys_only_this_machine_decides(house: House):
    """A web page that a browser here shows is somebody else."""
    id_ = await kept(house, SUSPECT)
    status, error = await decide(house, id_, "release", Origin="http://example.org")
    assert (status, error["name"]) == (401, "unauthorized")
    assert (await house.get("/v1/quarantine"))[1]["documents"][0]["record"]["id"] == id_


async def test_the_flags_have_a_quarantine_each(house: House):
    """What is held of T is released into T."""
    id_ = await kept(house, result(RUN, *SLOWER, FeedFlag="T"))
    assert (await house.get("/v1/quarantine"))[1] == {"documents": []}
    assert (await decide(house, id_, "release"))[0] == 404
    status, audit = await decide(house, id_, "release", query="?flag=T")
    assert (status, audit["action"]) == (200, "released")
    assert (await house.get(f"/v1/documents/{TOPIC}"))[0] == 404
    assert (await house.get(f"/v1/documents/{TOPIC}?flag=T"))[1]["seq"] == audit["seq"]


async def test_a_sender_that_repeats_gets_200_for_what_is_held(house: House):
    """As for what is refused; the next version is not held back by it."""
    mine, asks = sender("P"), sender("P", Right.ACK_REFUSED)
    await add(house, mine, asks)
    status, body = await write(house, SUSPECT, asks)
    assert (status, body["quarantined"][0]["reason"]) == (200, "implausible")
    assert (await write(house, result(RUN, row("1", Rank="1"), version=2), mine))[0] == 200
