"""The reading doors of a service as plain iterators: the log by pages, a snapshot as it comes. Memory stays flat."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Final, NamedTuple, Self

import aiohttp

from replay.verify.delivered import Delivered, read_line
from replay.verify.scan import VerifyError
from replay.verify.survey import seq_of
from replay.verify.wish import Wish

PAGE: Final = 1_000
SILENCE_SECONDS: Final = 60.0
_OK: Final = 200
_NDJSON: Final = {"Accept": "application/x-ndjson"}
_Query = list[tuple[str, str]]


class Tip(NamedTuple):
    """The newest sequence of a stream, and the stream's epoch."""

    epoch: str
    seq: int


class Door:
    """A service at `url`, read for one flag; a context manager. Its methods raise VerifyError with a next step."""

    def __init__(self, url: str, key: str | None, flag: str) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._flag = ("flag", flag)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._session = self._runner.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._runner.run(self._session.close())
        self._runner.close()

    def tip(self, wish: Wish) -> Tip:
        """Where the stream stands; refused by the service when the wish is none that it knows."""
        answer, _ = self._runner.run(self._page([*_query(wish), self._flag, ("limit", "1")]))
        return Tip(answer["Feed-Next"].rpartition(":")[0], int(answer["Feed-Tip"]))

    def place(self, at: str) -> Tip:
        """The place of a moment, as in `as_of=`."""
        headers, _ = self._runner.run(self._get("/v1/competitions", [("as_of", at), self._flag]))
        epoch, _, seq = headers["Feed-As-Of"].rpartition(":")
        return Tip(epoch, int(seq))

    def messages(self, tip: Tip, after: int, wish: Wish | None = None) -> Iterator[Delivered]:
        """Every message of the log behind a sequence up to the tip; with a wish those that the service takes for it."""
        asked = [*(_query(wish) if wish else ()), self._flag, ("limit", str(PAGE))]
        while after < tip.seq:
            cursor = f"{tip.epoch}:{after}"
            headers, body = self._runner.run(self._page([*asked, ("after", cursor)]))
            for line in body.splitlines():
                message = read_line(line)
                if not isinstance(message, Delivered):
                    raise VerifyError("the service's log holds what is no message", hint=f"It is behind {cursor}.")
                if message.seq > tip.seq:
                    return
                yield message
            reached = seq_of(headers["Feed-Next"])
            if reached <= after:
                raise VerifyError(f"the service's log does not go on behind {cursor}", hint="Ask again in a second.")
            after = reached

    def state(self, wish: Wish, at: str | None) -> tuple[Tip, Iterator[bytes]]:
        """The place of a snapshot, and its messages, one JSON text each; `at` as in `as_of=`."""
        query = [*_query(wish), self._flag, *([("as_of", at)] if at else [])]
        lines = self._lines("/v1/snapshot", query)
        epoch, _, seq = (self._runner.run(_next(lines)) or b"").decode().rpartition(":")
        return Tip(epoch, int(seq)), self._drawn(lines)

    def view(self, path: str, **query: str) -> bytes:
        """The JSON of a view, as it is now."""
        _, body = self._runner.run(self._get(path, [*query.items(), self._flag], Accept="application/json"))
        return body

    def _drawn(self, lines: AsyncIterator[bytes]) -> Iterator[bytes]:
        while (line := self._runner.run(_next(lines))) is not None:
            yield line

    async def _open(self) -> aiohttp.ClientSession:
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_SECONDS)
        headers = _NDJSON | ({"X-API-KEY": self._key} if self._key else {})
        return aiohttp.ClientSession(timeout=timeout, headers=headers)

    async def _page(self, query: _Query) -> tuple[dict[str, str], bytes]:
        headers, body = await self._get("/v1/log", query)
        return {name: headers[name] for name in ("Feed-Next", "Feed-Tip")}, body

    async def _get(self, path: str, query: _Query, **headers: str) -> tuple[Mapping[str, str], bytes]:
        try:
            async with self._session.get(self._url + path, params=query, headers=headers) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._no_answer(error) from error
        if answer.status != _OK:
            raise _refusal(answer.status, body)
        return answer.headers, body

    async def _lines(self, path: str, query: _Query) -> AsyncIterator[bytes]:
        """`EPOCH:SEQ` first, then line by line what comes."""
        try:
            async with self._session.get(self._url + path, params=query) as answer:
                if answer.status != _OK:
                    raise _refusal(answer.status, await answer.read())
                yield f"{answer.headers['Feed-Epoch']}:{answer.headers['Feed-Seq']}".encode()
                rest: list[bytes] = []
                async for chunk in answer.content.iter_any():
                    *whole, last = chunk.split(b"\n")
                    for line in whole:
                        yield b"".join((*rest, line))
                        rest.clear()
                    rest.append(last)
                if any(rest):
                    yield b"".join(rest)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._no_answer(error) from error

    def _no_answer(self, error: Exception) -> VerifyError:
        reason = str(error) or f"silent for {SILENCE_SECONDS:g} s"
        hint = "Is it running? Start it with `feed up`, or name it with --url http://HOST:PORT."
        return VerifyError(f"no answer from {self._url}: {reason}", hint=hint)


async def _next(lines: AsyncIterator[bytes]) -> bytes | None:
    return await anext(lines, None)


def _query(wish: Wish) -> _Query:
    return [("filter", text) for text in wish.filters] + [("type", kind) for kind in sorted(wish.kinds)]


def _refusal(status: int, body: bytes) -> VerifyError:
    """The service's own words about an error."""
    try:
        error = json.loads(body)["error"]
        return VerifyError(f"{error['name']}: {error['detail']}", hint=error["hint"])
    except (ValueError, KeyError, TypeError):
        return VerifyError(f"the service answered {status}: {body[:200].decode(errors='replace')}")
