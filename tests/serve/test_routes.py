import aiohttp
import pytest

from feed.serve.routes import ROUTES, make_app
from tests.service_fixture import Running


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/log/", "/ingest", "/schemas", "/v2/stream"])
async def test_a_path_that_is_not_there_is_named(service: Running, path: str):
    """404 with our error, not the framework's."""
    status, body = await service.get(path)
    assert (status, body["error"]["name"]) == (404, "not_found")
    assert path in body["detail"]


@pytest.mark.parametrize(
    "method, path, allowed",
    [("GET", "/ingest/odf", "POST"), ("POST", "/v1/log", "GET"), ("DELETE", "/v1/snapshot", "GET")],
)
async def test_a_method_that_is_not_served_is_named(service: Running, method: str, path: str, allowed: str):
    """405 with our error; the hint lists what is allowed."""
    async with aiohttp.ClientSession() as session, session.request(method, service.url + path) as answer:
        body = await answer.json(content_type="application/problem+json")
    assert (answer.status, body["error"]["name"]) == (405, "method_not_allowed")
    assert allowed in body["error"]["hint"]


def test_every_door_is_one_line_of_the_list():
    """The application serves the list, nothing beside it."""
    paths = {resource.canonical for resource in make_app().router.resources()}
    assert paths == {route.path for route in ROUTES}
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})
