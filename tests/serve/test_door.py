import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from feed.errors import ErrorName, ReaderError
from feed.serve.door import Answer, Door, door_of, opens, view
from feed.serve.openapi import described
from feed.serve.parameters import FILTER, FLAG, named
from feed.serve.routes import ROUTES

DOOR = Door("A door of this test.", "Test", {200: Answer("Nothing.")}, named(FLAG, FILTER))


async def empty(request: web.Request) -> web.StreamResponse:
    """Answer with nothing."""
    return web.Response()


@pytest.mark.parametrize(
    "query, name",
    [
        ("", None),
        ("flag=P&filter=a&filter=b", None),
        ("flag=P&flag=P", ErrorName.BAD_REQUEST),
        ("zzz=1", ErrorName.UNKNOWN_PARAMETER),
    ],
)
async def test_a_door_takes_what_it_says_it_takes(query: str, name: ErrorName | None):
    """Before its function runs, what it did not describe is refused by name."""
    request = make_mocked_request("GET", f"/?{query}")
    handler = opens(DOOR)(empty)
    if name is None:
        assert (await handler(request)).status == 200
        return
    with pytest.raises(ReaderError) as raised:
        await handler(request)
    assert raised.value.name is name


async def test_a_door_may_look_at_its_parameters_itself():
    """One that answers errors in its own way is left alone."""
    handler = opens(Door("As above.", "Test", {200: Answer("Nothing.")}, checks_names=False))(empty)
    assert handler is empty
    assert (await handler(make_mocked_request("GET", "/?zzz=1"))).status == 200


def test_a_door_is_known_by_its_function():
    """Of one that says nothing there is nothing to show, and that is said."""
    handler = opens(DOOR)(empty)
    assert door_of(handler) is DOOR
    assert handler.__name__ == "empty"

    async def silent(request: web.Request) -> web.StreamResponse:
        return web.Response()

    with pytest.raises(LookupError, match="GET /silent does not say what it is for"):
        described(web.get("/silent", silent))


def test_a_view_says_that_a_reader_may_have_it():
    """By entity tag, with 304."""
    door = view("A view.", "Rows.", dict[str, str], named(FLAG))
    assert set(door.answers) == {200, 304}
    assert set(door.headers) == {"If-None-Match"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_door_says_what_it_is_for(route: web.RouteDef):
    """Summary, good answers, and each parameter of its path in sentences."""
    door = described(route)
    parameters = [*door.path.values(), *door.query.values(), *door.headers.values()]
    sentences = [door.summary, *(each.meaning for each in (*door.answers.values(), *parameters))]
    assert [text for text in sentences if not (text[:1].isupper() or text[:1] == "`") or not text.endswith(".")] == []
    assert door.group
    assert min(door.answers) < 300
    assert list(door.path) == [part.strip("{}") for part in route.path.split("/") if part.startswith("{")]
    assert all(name == each.name for named_ in (door.path, door.query, door.headers) for name, each in named_.items())
