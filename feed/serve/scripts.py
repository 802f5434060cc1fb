"""GET /client/{name}: the JavaScript client, so that a page can import it from the service that it follows."""

from importlib.resources import files
from typing import Final

from aiohttp import hdrs, web

from feed.errors import ErrorName, ReaderError
from feed.serve.door import Answer, Door, opens
from feed.serve.parameters import Text, named

_FOLDER: Final = files("feed") / "client" / "js"
_MEDIA: Final = {".js": "text/javascript", ".ts": "application/typescript"}
_KEPT: Final = "public, max-age=300"

SCRIPT = Door(
    "The JavaScript client: `feed.js`, what it imports, and its types in `feed.d.ts`.",
    "Contract",
    {200: Answer("A module, or types.", dict.fromkeys(_MEDIA.values()))},
    path=named(Text(name="name", meaning="A file of the client.", example="feed.js")),
    errors=(ErrorName.NOT_FOUND,),
    is_open=True,
    checks_names=False,
)


@opens(SCRIPT)
async def script(request: web.Request) -> web.StreamResponse:
    """One file of the client by its name."""
    name = request.match_info["name"]
    media = next((media for ending, media in _MEDIA.items() if name.endswith(ending)), None)
    if media is None or "/" in name or not (_FOLDER / name).is_file():
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no {name!r}", hint="A page imports /client/feed.js.")
    body = (_FOLDER / name).read_bytes()
    return web.Response(
        body=body,
        content_type=media,
        charset="utf-8",
        headers={hdrs.CACHE_CONTROL: _KEPT, "X-Content-Type-Options": "nosniff"},
    )
