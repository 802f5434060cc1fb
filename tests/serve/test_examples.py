import json
import os
from collections.abc import Iterable
from typing import Any

import aiohttp
import pytest

from feed.serve.samples import RECORDED, answers
from schemas.examples import FOLDER, examples, written
from schemas.registry import KINDS
from tests.kinds import of_every_kind
from tests.service_fixture import XML, House, wait_until

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
    "quarantine": "/v1/quarantine",
    "healthz": "/healthz",
    "readyz": "/readyz",
}

pytestmark = pytest.mark.timeout(60)


async def told(house: House) -> list[dict[str, Any]]:
    """All messages once each kind has come."""
    async with aiohttp.ClientSession() as session:
        for document in of_every_kind():
            async with session.post(f"{house.url}/ingest/odf", data=document, headers=XML) as answer:
                assert answer.status == 200, await answer.text()
    log = house.service._worlds["P"].reading.log
    await wait_until(lambda: KINDS.keys() <= {entry.kind for entry in log.read(0, log.tip)})
    return [json.loads(entry.json) for entry in log.read(0, log.tip)]


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
    answered = {name: (await house.get(path))[1] for name, path in ASKED.items()}
    if "FEED_WRITE_EXAMPLES" in os.environ:
        for kind, message in smallest(messages).items():
            (FOLDER / f"{kind}.json").write_text(written(message), "utf-8")
        for name, body in answered.items():
            (RECORDED / f"{name}.json").write_text(written(body), "utf-8")
        examples.cache_clear()
        answers.cache_clear()
    sent = {kind: [without_numbers(each) for each in messages if each["type"] == kind] for kind in KINDS}
    for kind, example in examples().items():
        assert without_numbers(example) in sent[kind], kind
    assert answers().keys() == ASKED.keys()
    for name, body in answers().items():
        assert answered[name].keys() == body.keys(), name
