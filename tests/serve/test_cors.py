from pathlib import Path

import aiohttp
import pytest

from tests.documents import fresh_competition, odf
from tests.service_fixture import Running, opened

PAGE = {"Origin": "https://page.example"}
ASKED = PAGE | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
DOORS = ("/v1/competitions", "/v1/log", "/v1/snapshot", "/v1/nothing", "/v1/log?after=x", "/v1/sse?after=x")


async def asked(running: Running, path: str, headers: dict[str, str], method: str = "GET") -> aiohttp.ClientResponse:
    async with (
        aiohttp.ClientSession(running.url, headers=headers) as session,
        session.request(method, path) as answer,
    ):
        await answer.read()
        return answer


@pytest.mark.parametrize("path", DOORS)
async def test_any_page_may_read(service: Running, path: str):
    """Good answers and errors, by name the headers that say something; the answer is the same for every page."""
    answer = await asked(service, path, PAGE)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Feed-Next", "Content-Location"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Origin" not in answer.headers.get("Vary", "").split(", ")


async def test_a_304_says_so_too(service: Running):
    """A browser looks at the headers of what it was answered last."""
    await service.store(odf(fresh_competition()))
    answer = await asked(service, "/v1/competitions", PAGE | {"If-None-Match": "*"})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (304, "*")


async def test_a_stream_of_events_may_be_read(service: Running):
    """Its head is written by hand."""
    async with (
        aiohttp.ClientSession(service.url, headers=PAGE) as session,
        session.get("/v1/sse") as answer,
    ):
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")


async def test_a_browser_is_told_before_it_sends_a_key(service: Running):
    """A preflight is answered, whatever the door, and may be remembered for a day."""
    answer = await asked(service, "/v1/medals", ASKED, "OPTIONS")
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "X-API-KEY" in answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert "GET" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert answer.headers["Access-Control-Max-Age"] == "86400"
    assert (await asked(service, "/v1/medals", PAGE, "OPTIONS")).status == 405


@pytest.mark.parametrize("path", ["/ingest/odf", "/metrics"])
async def test_no_page_has_any_business_at_the_venues_doors(service: Running, path: str):
    """Neither asked before nor afterwards."""
    assert "Access-Control-Allow-Origin" not in (await asked(service, path, ASKED, "OPTIONS")).headers
    assert "Access-Control-Allow-Origin" not in (await asked(service, path, PAGE)).headers


async def test_only_the_pages_in_the_settings_may_read(tmp_path: Path):
    """By name; a cache that holds the answer to one knows that it is not everybody's."""
    async with opened(tmp_path, origins="https://page.example,https://other.example") as house:
        for headers, expected in ((PAGE, PAGE["Origin"]), ({"Origin": "https://evil.example"}, None), ({}, None)):
            answer = await asked(house, "/v1/competitions", headers)
            assert answer.headers.get("Access-Control-Allow-Origin") == expected
            assert "Origin" in answer.headers["Vary"].split(", ")
        answer = await asked(house, "/v1/competitions", ASKED | {"Origin": "https://evil.example"}, "OPTIONS")
        assert "Access-Control-Allow-Methods" not in answer.headers


async def test_without_origins_nothing_is_said(tmp_path: Path):
    """The service's own pages need no word."""
    async with opened(tmp_path, origins="") as house:
        answer = await asked(house, "/v1/competitions", PAGE)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
