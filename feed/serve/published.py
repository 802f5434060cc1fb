"""GET /schemas/: the JSON Schema of the contract, as it is committed beside the code."""

from importlib.resources import files

from aiohttp import web

from feed.errors import ErrorName, ReaderError
from feed.serve.answers import json_answer

_FOLDER = files("schemas") / "published"


async def schema_list(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's handler signature
    """Name the schemas there are."""
    return json_answer(
        {"schemas": sorted(f"/schemas/{file.name}" for file in _FOLDER.iterdir() if _is_schema(file.name))}
    )


async def schema(request: web.Request) -> web.StreamResponse:
    """One schema by its file name."""
    name = request.match_info["name"]
    if not _is_schema(name) or not (_FOLDER / name).is_file():
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no schema {name!r}", hint="GET /schemas/ lists them.")
    return web.Response(body=(_FOLDER / name).read_bytes(), content_type="application/schema+json")


def _is_schema(name: str) -> bool:
    return name.endswith(".schema.json") and "/" not in name
