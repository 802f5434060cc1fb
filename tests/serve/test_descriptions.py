import gzip
import json

import aiohttp
import pytest

from feed.serve.descriptions import DESCRIPTIONS
from feed.serve.docs import CSP
from feed.serve.routes import EVERYWHERE, make_app
from tests.service_fixture import Running

PATHS = {"/openapi.json": "application/json", "/asyncapi.json": "application/json", "/docs": "text/html"}


@pytest.mark.parametrize("path", PATHS)
async def test_a_description_is_served(service: Running, path: str):
    """Of its media type; who has it is told so; compressed for who takes that."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with session.get(service.url + path, headers={"Accept-Encoding": "identity"}) as answer:
            assert (answer.status, answer.content_type) == (200, PATHS[path])
            plain, tag = await answer.read(), answer.headers["ETag"]
            assert answer.headers.get("Content-Security-Policy") == (CSP if path == "/docs" else None)
        async with session.get(service.url + path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(await answer.read()) == plain
        known = {"If-None-Match": tag, "Accept-Encoding": "identity"}
        async with session.get(service.url + path, headers=known) as answer:
            assert (answer.status, await answer.read()) == (304, b"")


async def test_they_are_of_this_service(service: Running):
    """Its routes, its version, and the page shows the same."""
    document = json.loads(await service.text("/openapi.json"))
    assert {"/v1/stream", "/ingest/{format}", "/docs"} <= document["paths"].keys()
    messages = json.loads(await service.text("/asyncapi.json"))
    assert messages["info"] == document["info"]
    text = await service.text("/docs")
    assert all(path in text for path in document["paths"])


async def test_a_parameter_that_is_not_taken_is_not_looked_at(service: Running):
    """Programs that read documents add what they like to addresses."""
    assert await service.text("/openapi.json?t=1") == await service.text("/openapi.json")


def test_every_application_describes_itself():
    """Also that of a node with few doors: those, and no others."""
    document = json.loads(make_app(())[DESCRIPTIONS].openapi.body)
    assert document["paths"].keys() == {route.path for route in EVERYWHERE}
