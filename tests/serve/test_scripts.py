import re

import aiohttp
import pytest

from tests.service_fixture import ROOT, Running

JS = ROOT / "feed" / "client" / "js"
MODULE = re.compile(r'from "\./([a-z]+\.js)"')


@pytest.mark.parametrize("name, media", [("feed.js", "text/javascript"), ("feed.d.ts", "application/typescript")])
async def test_a_page_imports_the_client_from_the_service(service: Running, name: str, media: str):
    """The file as it is in the package, as what a browser takes for a module."""
    async with aiohttp.ClientSession() as session, session.get(f"{service.url}/client/{name}") as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, media, "utf-8")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert await answer.read() == (JS / name).read_bytes()


async def test_all_that_the_client_imports_is_there(service: Running):
    """Module by module, from the first."""
    found, wanted = set(), {"feed.js"}
    while wanted - found:
        name = min(wanted - found)
        wanted.update(MODULE.findall(await service.text(f"/client/{name}")))
        found.add(name)
    assert found == {file.name for file in JS.glob("*.js")}


@pytest.mark.parametrize("name", ["package.json", "none.js", "..%2F__init__.py", "..%2Ftrack.js", "feed"])
async def test_nothing_else_of_the_folder_is_served(service: Running, name: str):
    """Only what is part of the client."""
    status, body = await service.get(f"/client/{name}")
    assert (status, body["error"]["name"]) == (404, "not_found")
