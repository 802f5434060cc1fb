"""GET /docs: every door, frame, kind and error on one page that needs no network, from what the doors say of them."""

import base64
import hashlib
import http
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web
from jinja2 import Environment, PackageLoader, StrictUndefined

from feed.errors import COMPLAINTS
from feed.refusals import HINTS
from feed.serve.door import Door
from feed.serve.openapi import ErrorRow, about, described, errors_of, operation_of
from feed.serve.parameters import Choice, Parameter, Schema
from feed.serve.samples import CLIENT, CONTROLS, DIFFERENCE, answers
from schemas.examples import examples
from schemas.registry import KINDS

BASE: Final = "http://localhost:8080"
_FOLDER: Final = files("feed.serve")
_SCRIPT: Final = (_FOLDER / "docs.js").read_text("utf-8")
_DIGEST: Final = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
CSP: Final = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_DIGEST}'; img-src data:; base-uri 'none'"
)
XML, EVENTS = "application/xml", "text/event-stream"
_PLACES: Final = ("path", "query", "header")


class Row(NamedTuple):
    """A parameter as the page shows it."""

    name: str
    place: str
    form: str
    meaning: str
    is_needed: bool


class Shown(NamedTuple):
    """A route as the page shows it; `answers` and `errors` are by status."""

    id: str
    method: str
    path: str
    door: Door
    rows: tuple[Row, ...]
    call: str
    errors: dict[int, list[ErrorRow]]
    sample: Any


def page(routes: Iterable[web.RouteDef]) -> str:
    """The page of these routes; raises LookupError for one whose door says nothing of itself."""
    shown = [_shown(route, described(route)) for route in routes]
    groups = {group: [each for each in shown if each.door.group == group] for group in _groups(shown)}
    text: str = _template().render(
        about=about(),
        base=BASE,
        groups=groups,
        controls=[
            (str(each.__struct_config__.tag), type(each).__doc__, msgspec.to_builtins(each)) for each in CONTROLS
        ],
        orders=CLIENT,
        difference=DIFFERENCE,
        kinds=[(kind, examples()[kind.name]) for kind in KINDS.values()],
        complaints=COMPLAINTS,
        hints=HINTS,
        style=(_FOLDER / "docs.css").read_text("utf-8"),
        script=_SCRIPT,
    )
    return text


def _groups(shown: Iterable[Shown]) -> Iterable[str]:
    """What readers look for comes first."""
    found = dict.fromkeys(each.door.group for each in shown)
    return sorted(found, key=lambda group: group not in {"Follow", "Views"})


def _shown(route: web.RouteDef, door: Door) -> Shown:
    rows = tuple(
        Row(each.name, place, form_of(each), each.meaning, place == "path" or each.is_needed)
        for place, named in zip(_PLACES, (door.path, door.query, door.headers), strict=True)
        for each in named.values()
    )
    name = f"{route.method} {route.path}".lower()
    anchor = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    return Shown(
        anchor,
        route.method,
        route.path,
        door,
        rows,
        call_of(route, door),
        errors_of(door),
        answers().get(operation_of(route)),
    )


def form_of(parameter: Parameter) -> str:
    """A parameter's form in words."""
    schema = parameter.schema()
    default = f", else {schema['default']}" if "default" in schema else ""
    return f"{_words(parameter, schema)}{default}{', repeatable' if parameter.is_repeated else ''}"


def _words(parameter: Parameter, schema: Schema) -> str:
    if isinstance(parameter, Choice):
        return " | ".join(parameter.of)
    if schema["type"] == "string":
        return f"as {parameter.example}"
    lowest = str(schema["minimum"]) if "minimum" in schema else f"above {schema['exclusiveMinimum']}"
    return f"{schema['type']}, {lowest} to {schema['maximum']}"


def call_of(route: web.RouteDef, door: Door) -> str:
    """A line for a shell that asks this door, with what it needs and one thing that it may be asked."""
    path = route.path
    for each in door.path.values():
        path = path.replace(f"{{{each.name}}}", quote(each.example, safe=""))
    asked = [each for each in door.query.values() if each.is_needed] or list(door.query.values())[:1]
    query = "&".join(f"{each.name}={quote(each.example, safe=',:')}" for each in asked)
    address = f"{BASE}{path}{'?' if query else ''}{query}"
    if http.HTTPStatus.SWITCHING_PROTOCOLS in door.answers:
        return f"websocat '{address.replace('http', 'ws', 1)}'"
    return f"curl {_options(route, door)}'{address}'"


def _options(route: web.RouteDef, door: Door) -> str:
    if XML in door.body:
        return f"--data-binary @document.xml -H 'Content-Type: {XML}' "
    if door.body:
        return "--json @body.json "
    if EVENTS in door.answers[min(door.answers)].media:
        return "-N "
    return "" if route.method == hdrs.METH_GET else f"-X {route.method} "


@cache
def _template() -> Any:  # noqa: ANN401 - jinja2's own
    loader = PackageLoader("feed.serve", "")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=1, ensure_ascii=False)
    return environment.get_template("docs.html.j2")
