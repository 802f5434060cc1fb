import json
import os
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.masking import masked
from feed.serve.samples import RECORDED, answers, bodies
from schemas.examples import FOLDER, examples, written
from schemas.registry import KINDS
from tests.kinds import of_every_kind
from tests.push.inbox import inbox
from tests.results import result
from tests.serve.test_quarantine import SLOWER, decide, kept
from tests.service_fixture import XML, House, opened, wait_until

COMPETITION = "competition=XA"
UNIT = "ATHM100M--------------FNL-000100--"
ASKED = {
    "log": "/v1/log?filter=XA.ATH.M.*.*.*.call&limit=1",
    "snapshot": "/v1/snapshot?filter=XA.ATH.M.*.*.*.call",
    "competitions": "/v1/competitions",
    "schedule": "/v1/schedule?competition=XA&discipline=TRI",
    "unit": f"/v1/units/{UNIT}?{COMPETITION}",
    "unit_result": f"/v1/units/{UNIT}/result?{COMPETITION}",
    "event": f"/v1/events/ATHM100M--------------?limit=1&{COMPETITION}",
    "athlete": f"/v1/athletes/a?limit=1&{COMPETITION}",
    "noc": f"/v1/nocs/XAA?limit=1&{COMPETITION}",
    "latency": "/v1/latency?window=start&competition=XA&discipline=ATH",
    "sources": "/v1/sources?competition=XG2030",
    "medals": f"/v1/medals?{COMPETITION}",
    "ledger": f"/v1/medals/ledger?noc=XAA&{COMPETITION}",
    "records": "/v1/records?competition=XG2030&discipline=SWM",
    "code_tables": f"/v1/codes?{COMPETITION}",
    "codes": f"/v1/codes/NOC?code=FRA&{COMPETITION}",
    "dictionaries": "/v1/dictionaries",
    "schema_list": "/schemas/",
    "healthz": "/healthz",
    "readyz": "/readyz",
}

OTHER = "XC"  # of which a customer is sent all, and a document is held
PLACE = re.compile(r"http://127\.0\.0\.1:[0-9]+")

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A service with a customer."""
    async with (
        inbox() as customer,
        opened(tmp_path, customers={"xbc": customer.settings(filter=(f"{OTHER}.>",))}) as house,
    ):
        yield house


async def told(house: House) -> list[dict[str, Any]]:
    """All messages once each kind has come."""
    async with aiohttp.ClientSession() as session:
        for document in of_every_kind():
            async with session.post(f"{house.url}/ingest/odf", data=document, headers=XML) as answer:
                assert answer.status == 200, await answer.text()
    log = house.service._worlds["P"].reading.log
    await wait_until(lambda: KINDS.keys() <= {entry.kind for entry in log.read(0, log.tip)})
    return [json.loads(entry.json) for entry in log.read(0, log.tip)]


async def done(house: House) -> dict[str, Any]:
    """What is answered where something is changed; the last of it is a key, without which nobody gets in any more."""
    found: dict[str, Any] = {}
    for media, body in bodies()["ingest"].items():
        format_name = "codes" if media == "text/csv" else "odf"
        status, found["ingest"] = await house.post(body.encode(), format_name=format_name, Content_Type=media)
        assert status == 200, found
    units = [f"ATHM100M--------------FNL-000{number}00--" for number in (1, 2, 3)]
    ids = [await kept(house, result(unit, *SLOWER, CompetitionCode=OTHER)) for unit in units]
    _, found["release"] = await decide(house, ids[0], "release")
    _, found["discard"] = await decide(house, ids[1], "discard")
    _, found["quarantined"] = await house.get(f"/v1/quarantine/{ids[0]}")
    _, found["quarantine"] = await house.get("/v1/quarantine")
    await wait_until(lambda: house.service.pushers[0].attempts["delivered"])
    for name, path in (("customers", ""), ("deliveries", "/xbc"), ("held", "/xbc/held")):
        _, found[name] = await house.get(f"/v1/deliveries{path}")
    async with aiohttp.ClientSession(house.url) as session:
        found["tickets"] = await (await session.post("/v1/tickets")).json()
        admin = await (await session.post("/v1/keys", json={"type": "admin"})).json()
        session.headers["X-API-KEY"] = admin["secret"]
        for body in bodies()["add_key"].values():
            found["add_key"] = await (await session.post("/v1/keys", json=body)).json()
        made = found["add_key"]["key"]["id"]
        found["list_keys"] = await (await session.get("/v1/keys")).json()
        found["revoke_key"] = await (await session.delete(f"/v1/keys/{made}")).json()
    return found


def smallest(messages: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The shortest message of each kind that has a body."""
    found: dict[str, dict[str, Any]] = {}
    for message in messages:
        known = found.get(message["type"])
        if message["body"] is not None and (known is None or len(json.dumps(message)) < len(json.dumps(known))):
            found[message["type"]] = message
    return found


def without_numbers(value: Any) -> Any:
    """What is the same in every run: sequences and times are not."""
    if isinstance(value, dict):
        return {name: without_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_numbers(each) for each in value]
    return 0 if isinstance(value, int) and not isinstance(value, bool) else value


async def test_every_example_is_sent(house: House):
    """A message with its topic and content comes when documents of every kind are sent; a view answers as shown."""
    messages = await told(house)
    answered = {name: (await house.get(path))[1] for name, path in ASKED.items()} | await done(house)
    if "FEED_WRITE_EXAMPLES" in os.environ:
        for kind, message in smallest(messages).items():
            (FOLDER / f"{kind}.json").write_text(written(message), "utf-8")
        for name, body in answered.items():
            shown = PLACE.sub("https://customer.example", masked(written(body)))
            (RECORDED / f"{name}.json").write_text(shown, "utf-8")
        examples.cache_clear()
        answers.cache_clear()
    sent = {kind: [without_numbers(each) for each in messages if each["type"] == kind] for kind in KINDS}
    for kind, example in examples().items():
        assert without_numbers(example) in sent[kind], kind
    assert answers().keys() == answered.keys()
    for name, body in answers().items():
        assert answered[name].keys() == body.keys(), name
