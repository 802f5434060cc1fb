import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from feed.errors import COMPLAINTS, ErrorName
from feed.refusals import Reason
from feed.serve.openapi import openapi
from feed.serve.routes import EVERYWHERE, ROUTES
from feed.serve.samples import SAID, answers, problem_of
from schemas.examples import examples
from schemas.registry import KINDS
from tests.documents import fresh_competition, odf
from tests.service_fixture import Running

IN_BAND = {"stream", "sse"}


@cache
def document() -> dict[str, Any]:
    """As programs get it."""
    read: dict[str, Any] = json.loads(json.dumps(openapi(ROUTES)))
    return read


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path, operation."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def against(schema: dict[str, Any]) -> Draft202012Validator:
    """What tells whether something has a form of the document."""
    return Draft202012Validator({**schema, "components": document()["components"]})


def test_the_document_is_openapi():
    """By a validator of the specification."""
    validate(document())


def test_every_route_is_in_it():
    """Each once, with the name of its function."""
    assert {(method, path) for method, path, _ in operations()} == {(route.method, route.path) for route in ROUTES}
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))


def test_a_node_describes_its_own_doors():
    """Those that it does not serve are not in its document."""
    assert set(openapi(EVERYWHERE)["paths"]) == {route.path for route in EVERYWHERE}


def test_every_error_is_shown_as_it_is_sent():
    """Each with its own status and words; reasons of a refusal, too."""
    assert SAID.keys() == set(ErrorName)
    shown = document()["components"]["examples"]
    told = {name.rpartition(".")[2] for name in shown if name.startswith("error.")}
    unseen = {ErrorName.BAD_FRAME, ErrorName.METHOD_NOT_ALLOWED, ErrorName.RESTARTING}
    assert told >= {name.value for name in set(ErrorName) - unseen} | {reason.value for reason in Reason}
    form = against({"$ref": "#/components/schemas/Problem"})
    for name, example in shown.items():
        if name.startswith("error."):
            form.validate(example["value"])
            assert name.split(".")[1] == str(example["value"]["status"])


def test_every_kind_is_shown():
    """Each example has the form that is promised of it, and no other kind's."""
    form = against({"$ref": "#/components/schemas/Code"})
    for name, kind in KINDS.items():
        message = examples()[name]
        refs = [ref for ref in document()["components"]["schemas"] if ref.split(".")[-1] == kind.message.__name__]
        assert any(against({"$ref": f"#/components/schemas/{ref}"}).is_valid(message) for ref in refs), name
        assert form.is_valid(message) is (name == "code")


@pytest.mark.parametrize("name", sorted(answers()))
def test_every_recorded_answer_has_the_form_that_is_promised(name: str):
    """What the service said fits the schema beside it."""
    (operation,) = [operation for _, _, operation in operations() if operation["operationId"] == name]
    shown = operation["responses"][min(operation["responses"])]["content"]["application/json"]
    against(shown["schema"]).validate(shown["example"])
    assert not against(shown["schema"]).is_valid([])


def test_every_door_shows_what_it_takes_and_answers():
    """An example of each answer that has a form of ours, and of each body that is to be sent, in the form it needs."""
    for method, path, operation in operations():
        good = operation["responses"][min(operation["responses"])].get("content", {})
        for media, shown in good.items():
            if media == "application/json" and "schema" in shown:
                assert shown.keys() & {"example", "examples"}, (method, path)
        for shown in operation.get("requestBody", {"content": {}})["content"].values():
            against(shown.get("schema", {})).validate(shown["example"])


@pytest.mark.parametrize(
    "path, name",
    [
        ("/v1/log?flag=X", ErrorName.BAD_REQUEST),
        ("/v1/log?nocs=FRA", ErrorName.UNKNOWN_PARAMETER),
        ("/v1/log?noc=fra", ErrorName.BAD_FILTER),
        ("/v1/log?after=x", ErrorName.BAD_CURSOR),
        ("/v1/log?after=00000000:7", ErrorName.WRONG_EPOCH),
        ("/v1/documents/OG2024.ATH.-.-.-.-.document", ErrorName.NOT_FOUND),
    ],
)
async def test_an_error_is_answered_as_it_is_shown(service: Running, path: str, name: ErrorName):
    """Status, name and fields."""
    await service.store(odf(fresh_competition()))
    status, body = await service.get(path)
    shown = problem_of(name)
    assert (status, body["error"]["name"], body.keys()) == (COMPLAINTS[name].status, name.value, shown.keys())
    assert (body["type"], body["title"], body["status"]) == (shown["type"], shown["title"], shown["status"])


async def test_every_door_knows_what_its_document_says(service: Running):
    """Asked for something else, it lists the parameters of the document and no others."""
    async with aiohttp.ClientSession() as session:
        for method, path, operation in operations():
            names = operation["responses"].get("400", {}).get("description", "")
            if operation["operationId"] in IN_BAND or "`unknown_parameter`" not in names:
                continue
            there = {each["name"]: each["example"] for each in operation["parameters"] if each["in"] == "path"}
            async with session.request(method, f"{service.url}{path.format(**there)}?zzz=1") as answer:
                body = await answer.json(content_type=None)
            assert (answer.status, body["error"]["name"]) == (400, "unknown_parameter"), path
            known = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
            assert body["error"]["hint"] == f"Known: {', '.join(sorted(known))}."
