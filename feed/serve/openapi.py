"""The doors in OpenAPI 3.1, made from what each says of itself (`feed.serve.door`) and the Structs of its answers."""

from collections.abc import Iterable
from importlib.metadata import metadata
from typing import Any, Final

from aiohttp import web

from feed.errors import COMPLAINTS, ErrorName
from feed.serve.answers import PROBLEM, Problem
from feed.serve.door import JSON, Answer, Door, door_of
from feed.serve.parameters import Parameter, Parameters, Schema
from feed.serve.samples import answers, bodies, problem_of, refusal_of
from schemas.examples import examples
from schemas.published import DIALECT, components
from schemas.registry import AnyMessage

VERSION: Final = "3.1.0"
ErrorRow = tuple[str, str, dict[str, Any]]  # name, meaning, a body as it is sent
SCHEMAS: Final = "#/components/schemas/"
# What any door may answer that checks its parameters, and any that is not for everybody.
_CHECKED: Final = (ErrorName.BAD_REQUEST, ErrorName.UNKNOWN_PARAMETER)
_GUARDED: Final = (ErrorName.UNAUTHORIZED, ErrorName.NOT_ENTITLED, ErrorName.TOO_MANY, ErrorName.NOT_READY)
_SECURITY: Final = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY", "description": "A key made by `feed keys add`."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key."},
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the issuer that the service is set up with, to read and to operate.",
    },
    "certificate": {"type": "mutualTLS", "description": "The certificate that a source's key is bound to."},
    "graphics": {"type": "apiKey", "in": "query", "name": "key", "description": "A key of type graphics, read-only."},
}


def about() -> dict[str, str]:
    """The head of both documents: what this is, and which."""
    package = metadata("olympic-results-feed")
    return {"title": "Olympic results feed", "version": package["Version"], "description": package["Summary"]}


def openapi(routes: Iterable[web.RouteDef]) -> dict[str, Any]:
    """The document of these routes. Raises LookupError for one whose door says nothing of itself."""
    doors = [(route, described(route)) for route in routes]
    forms = {form: None for _, door in doors for form in _forms(door)} | {Problem: None}
    bodies, definitions = components(forms, SCHEMAS + "{name}")
    schemas = dict(zip(forms, bodies, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route, door in doors:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, door, schemas)
    return {
        "openapi": VERSION,
        "info": about(),
        "jsonSchemaDialect": DIALECT,
        "tags": [{"name": group} for group in dict.fromkeys(door.group for _, door in doors)],
        "security": [{}, *({name: []} for name in _SECURITY)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.items())),
            "examples": {**_messages(), **_problems(door for _, door in doors)},
            "securitySchemes": _SECURITY,
        },
    }


def _messages() -> dict[str, Any]:
    return {f"message.{kind}": {"value": message} for kind, message in examples().items()}


def _problems(doors: Iterable[Door]) -> dict[str, Any]:
    """The errors of all doors. A name has one status, but for those of readers and venues both."""
    rows = ((status, row) for door in doors for status, each in errors_of(door).items() for row in each)
    return {_named(status, name): {"summary": meaning, "value": body} for status, (name, meaning, body) in rows}


def _named(status: int, error: str) -> str:
    return f"error.{status}.{error}"


def described(route: web.RouteDef) -> Door:
    """What a route's door says of itself; raises LookupError where it says nothing."""
    door = door_of(route.handler)
    if door is None:
        raise LookupError(f"{route.method} {route.path} does not say what it is for: give its function `opens`")
    return door


def operation_of(route: web.RouteDef) -> str:
    """The name of an operation: that of the function behind its door."""
    return str(getattr(route.handler, "__name__", route.path))


def errors_of(door: Door) -> dict[int, list[ErrorRow]]:
    """The errors that a door answers with, by status: name, meaning and a body as it is sent."""
    named = [error for each in door.query.values() for error in each.errors] if door.checks_names else []
    usual = (*_CHECKED, *(() if door.is_open else _GUARDED)) if door.checks_names else ()
    found: dict[int, list[ErrorRow]] = {}
    for name in dict.fromkeys((*usual, *named, *door.errors)):
        complaint = COMPLAINTS[name]
        found.setdefault(complaint.status, []).append((name.value, complaint.meaning, problem_of(name)))
    for status, names in door.refusals.items():
        for text in names:
            body = refusal_of(status, text)
            meaning = body["error"]["hint"]
            found.setdefault(status, []).append((text, meaning, body))
    return dict(sorted(found.items()))


def _forms(door: Door) -> Iterable[Any]:
    """The types whose schemas a door's answers and its own body are."""
    media = (*(answer.media for answer in door.answers.values()), door.body)
    return (form for each in media for form in each.values() if form is not None)


def _operation(route: web.RouteDef, door: Door, schemas: dict[Any, Schema]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_of(route),
        "summary": door.summary,
        "tags": [door.group],
        "parameters": [
            *_parameters(door.path, "path"),
            *_parameters(door.query, "query"),
            *_parameters(door.headers, "header"),
        ],
        "responses": {
            **{str(status): _answer(answer, schemas) for status, answer in door.answers.items()},
            **{str(status): _error(status, rows, schemas) for status, rows in errors_of(door).items()},
        },
    }
    if (example := answers().get(operation["operationId"])) is not None:
        operation["responses"][str(min(door.answers))]["content"][JSON]["example"] = example
    if door.body:
        content = _content(door.body, schemas)
        for media, body in bodies()[operation["operationId"]].items():
            content[media]["example"] = body
        operation["requestBody"] = {"required": True, "content": content}
    if door.is_open:
        operation["security"] = []
    return operation


def _parameters(parameters: Parameters, place: str) -> Iterable[dict[str, Any]]:
    return (_parameter(parameter, place) for parameter in parameters.values())


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    form, example = parameter.schema(), sample(parameter)
    told = {
        "name": parameter.name,
        "in": place,
        "description": parameter.meaning,
        "required": place == "path" or parameter.is_needed,
    }
    if parameter.is_repeated:
        return told | {"schema": {"type": "array", "items": form}, "explode": True, "example": [example]}
    return told | {"schema": form, "example": example}


def sample(parameter: Parameter) -> str | int | float:
    """A parameter's example as the value that its form has."""
    match parameter.schema()["type"]:
        case "integer":
            return int(parameter.example)
        case "number":
            return float(parameter.example)
        case _:
            return parameter.example


def _answer(answer: Answer, schemas: dict[Any, Schema]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": answer.meaning}
    if answer.media:
        told["content"] = _content(answer.media, schemas)
    if answer.headers:
        told["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in answer.headers.items()
        }
    return told


def _content(media: dict[str, Any], schemas: dict[Any, Schema]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, form in media.items():
        content[name] = {} if form is None else {"schema": schemas[form]}
        if form is AnyMessage:
            content[name]["examples"] = {kind: _shown(f"message.{kind}") for kind in examples()}
    return content


def _error(status: int, rows: list[ErrorRow], schemas: dict[Any, Schema]) -> dict[str, Any]:
    shown = {name: _shown(_named(status, name)) for name, _, _ in rows}
    told = "; ".join(f"`{name}`: {meaning}" for name, meaning, _ in rows)
    return {"description": told, "content": {PROBLEM: {"schema": schemas[Problem], "examples": shown}}}


def _shown(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/examples/{name}"}
