"""GET /schemas/: the JSON Schema of the contract, as it is committed beside the code."""

from importlib.resources import files

import msgspec
from aiohttp import web

from feed.errors import ErrorName, ReaderError
from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import Text, named

_FOLDER = files("schemas") / "published"


class SchemaList(msgspec.Struct, frozen=True):
    """Where the schemas are."""

    schemas: tuple[str, ...]


SCHEMA_LIST = Door(
    "The JSON Schemas of the contract.",
    "Contract",
    {200: Answer("Their addresses.", {JSON: SchemaList})},
    is_open=True,
    checks_names=False,
)
SCHEMA = Door(
    "One JSON Schema.",
    "Contract",
    {200: Answer("The schema.", {"application/schema+json": None})},
    path=named(Text(name="name", meaning="As `/schemas/` lists it.", example="message.schema.json")),
    errors=(ErrorName.NOT_FOUND,),
    is_open=True,
    checks_names=False,
)


@opens(SCHEMA_LIST)
async def schema_list(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's handler signature
    """Name the schemas there are."""
    return json_answer(
        SchemaList(tuple(sorted(f"/schemas/{file.name}" for file in _FOLDER.iterdir() if _is_schema(file.name))))
    )


@opens(SCHEMA)
async def schema(request: web.Request) -> web.StreamResponse:
    """One schema by its file name."""
    name = request.match_info["name"]
    if not _is_schema(name) or not (_FOLDER / name).is_file():
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no schema {name!r}", hint="GET /schemas/ lists them.")
    return web.Response(body=(_FOLDER / name).read_bytes(), content_type="application/schema+json")


def _is_schema(name: str) -> bool:
    return name.endswith(".schema.json") and "/" not in name
