"""/v1/keys: keys are made, listed and taken back by an admin's key; while there are none, by a program on this machine.

No admin makes or revokes another by this door: a key that was stolen must neither multiply nor lock its owner out.
"""

from typing import Any, Protocol

import msgspec
from aiohttp import hdrs, web

from feed.core.keys import Key, KeyType, shown
from feed.core.keywish import KeyWish
from feed.errors import BrokerError, ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.answers import json_answer
from feed.serve.bodies import read_body
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import Text, named
from feed.serve.rights import RIGHTS

LOCAL = "local"  # who makes keys without one


class Desk(Protocol):
    """All keys, and what may be done about them; see `feed.keydesk`."""

    def all(self) -> list[Key]: ...

    async def add(self, wish: KeyWish, by: str) -> tuple[Key, str | None]: ...

    async def revoke(self, key_id: str, by: str) -> Key: ...


KEY_DESK: web.AppKey[Desk] = web.AppKey("key_desk")


class KeysPage(msgspec.Struct, frozen=True):
    """Keys as `feed keys list --json` shows them."""

    keys: tuple[dict[str, Any], ...]


class NewKey(msgspec.Struct, frozen=True):
    """A key that was made; its secret is told here and never again. With `secret: false` it has none."""

    key: dict[str, Any]
    secret: str | None


_decoder = msgspec.json.Decoder(KeyWish)


LIST_KEYS = Door(
    "The keys of the flags of an admin, revoked ones too.",
    "Keys",
    {200: Answer("Keys, oldest first; no secrets.", {JSON: KeysPage})},
)
ADD_KEY = Door(
    "Make a key.",
    "Keys",
    {201: Answer("The key, and its secret, which is told here and never again.", {JSON: NewKey})},
    body={JSON: KeyWish},
    errors=(ErrorName.TOO_LARGE,),
)
REVOKE_KEY = Door(
    "Take a key back for ever.",
    "Keys",
    {200: Answer("The key as it is now.", {JSON: dict[str, Any]})},
    path=named(Text(name="id", meaning="Its id.", example="k1x2y3")),
    errors=(ErrorName.NOT_FOUND,),
)


@opens(LIST_KEYS)
async def list_keys(request: web.Request) -> web.StreamResponse:
    """List the keys of the admin's flags, revoked ones too, oldest first."""
    admin = _admin(request)
    found = [key for key in request.app[KEY_DESK].all() if admin is None or _within(admin, key.flags)]
    return json_answer(KeysPage(tuple(map(shown, found))))


@opens(ADD_KEY)
async def add_key(request: web.Request) -> web.StreamResponse:
    """Make a key and answer with its secret."""
    admin = _admin(request)
    try:
        wish = _decoder.decode(await read_body(request))
        if admin is not None:
            _check(admin, wish.type, tuple(wish.flags) or ("P",))
        key, secret = await request.app[KEY_DESK].add(wish, _name(_admin(request)))
    except (OutcomeUnknownError, BrokerError) as error:
        hint = "It may have been stored: look into the list, and revoke it there."
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint=hint) from error
    except ValueError as error:  # msgspec's are, too
        raise ReaderError(ErrorName.BAD_REQUEST, f"there cannot be such a key: {error}") from error
    answer = json_answer(NewKey(shown(key), secret), status=201)
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer


@opens(REVOKE_KEY)
async def revoke_key(request: web.Request) -> web.StreamResponse:
    """Take a key back for ever."""
    admin = _admin(request)
    key_id = request.match_info["id"]
    key = request.app[RIGHTS].ring.get(key_id)
    if key is None:
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no key {key_id}", hint="GET /v1/keys lists them.")
    if admin is not None and key.id != admin.id:
        _check(admin, key.type, key.flags)
    try:
        return json_answer(shown(await request.app[KEY_DESK].revoke(key_id, _name(admin))))
    except (OutcomeUnknownError, BrokerError) as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again; it is safe.") from error


def _admin(request: web.Request) -> Key | None:
    return request.app[RIGHTS].admin(request)


def _check(admin: Key, type_: KeyType, flags: tuple[str, ...]) -> None:
    if type_ is KeyType.ADMIN:
        hint = "Use `feed keys` where the broker is."
        raise ReaderError(ErrorName.NOT_ENTITLED, "no admin makes or revokes another", hint=hint)
    if not _within(admin, flags):
        detail = f"key {admin.id} makes and revokes keys of flag {', '.join(admin.flags)}"
        raise ReaderError(ErrorName.NOT_ENTITLED, detail, hint="Use a key that is for this flag.")


def _within(admin: Key, flags: tuple[str, ...]) -> bool:
    return set(flags) <= set(admin.flags)


def _name(admin: Key | None) -> str:
    return admin.id if admin else LOCAL
