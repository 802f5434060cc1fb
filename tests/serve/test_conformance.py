"""The service against its own OpenAPI document, asked by schemathesis: no 5xx, and what it answers conforms."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks

from feed.core.dictionaries import CURRENT
from feed.serve.openapi import openapi
from feed.serve.routes import ROUTES
from tests.kinds import of_every_kind
from tests.service_fixture import XML, House

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(90)]
EXAMPLES = 4
# A connection without end each; and from the first key on everybody needs one.
LEFT_OUT = {"stream", "sse", "add_key"}
# What is there, so that not everything is not found.
THERE = {
    "competition": ["XA"],
    "unit": ["ATHM100M--------------FNL-000100--", "ATHM100M"],
    "event": ["ATHM100M--------------", "SWM"],
    "id": ["a", "9000123"],
    "noc": ["XAA", "XZZ"],
    "table": ["NOC", "NONE"],
    "as_of": ["3", "9", "x"],
    "topic": ["XA.ATH.M.100M.FNL.000100.result", "XA.ATH.M.100M.FNL.000100.call", "x"],
    "format": ["odf", "codes", "x"],
    "DocumentCode": ["ATHM100M--------------FNL-000100--"],
    "DocumentType": ["DT_RESULT", "DT_NONE"],
}
# Where a name means something else.
ELSEWHERE = {"dictionary": {"id": [str(CURRENT.id), "7", "x"]}}
# A document, a blob and a decision that are never there; a key that nobody has made.
EMPTY = {"quarantined", "release", "discard", "revoke_key", "blob", "ingest"}
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def operations() -> Iterator[Any]:
    """Those of the document; nobody waits for a message that never comes, and some values are there."""
    document: dict[str, Any] = json.loads(json.dumps(openapi(ROUTES)))
    for item in document["paths"].values():
        for operation in item.values():
            there = THERE | ELSEWHERE.get(operation["operationId"], {})
            for parameter in operation["parameters"]:
                name, form = parameter["name"], parameter["schema"]
                if name == "wait":
                    form["maximum"] = 0
                if name in there and form["type"] != "array":
                    parameter["schema"] = {"enum": there[name]}
                    parameter["required"] = name != "as_of"
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in LEFT_OUT:
            yield operation


def known(operation: Any) -> Any:
    """A request for what is there."""
    asked: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    there = THERE | ELSEWHERE.get(operation.definition.raw["operationId"], {})
    for parameter in operation.definition.raw["parameters"]:
        name = parameter["name"]
        if parameter["required"]:
            asked[parameter["in"]][name] = there.get(name, [parameter["example"]])[0]
    return operation.Case(path_parameters=asked["path"], query=asked["query"])


def ask(url: str, operation: Any) -> None:
    """Ask a door at random; first for what is there, where something is."""
    if operation.definition.raw["operationId"] not in EMPTY:
        answer = known(operation).call(base_url=url)
        assert answer.status_code < 300, (operation.label, answer.text)

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy())
    def at_random(case: Any) -> None:
        case.call_and_validate(base_url=url, checks=CHECKS)

    at_random()


async def test_what_is_answered_was_promised(house: House):
    """Status, media type and body of whatever a request that fits the document is answered; what is there is found."""
    async with aiohttp.ClientSession() as session:
        for document in of_every_kind():
            async with session.post(f"{house.url}/ingest/odf", data=document, headers=XML) as answer:
                assert answer.status == 200
    for operation in operations():
        await asyncio.to_thread(ask, house.url, operation)
