"""Short batches that wait for the one on its way are stored as one: it costs the disk no more than each of them.

An atomic batch takes nats-server four fsyncs, whatever it holds (docs/decisions/0032). Who finds none on its way does
not wait. What is stored together is stored wholly or not at all, so each of them is; where the whole is refused, each
is tried by itself. Every message says which part of its own batch it is: to readers, these are what belongs together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from feed.errors import FeedError, OutcomeUnknownError
from feed.stream.batch import PART, Piece

MESSAGES_MAX: Final = 200
BYTES_MAX: Final = 256 * 1024

Store = Callable[[Sequence[Piece]], Awaitable[list[int]]]


class _Waiting:
    """A batch that is not stored yet, and its sequences once it is."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.bytes = sum(len(piece.payload) for piece in pieces)
        self.subjects = frozenset(piece.subject for piece in pieces)
        self.seqs: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()


class Groups:
    """The short batches of one stream; `store` publishes one batch, and raises as `publish_batch` does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._going: asyncio.Task[None] | None = None

    async def publish(self, pieces: Sequence[Piece]) -> list[int]:
        """Store a batch, alone or with others, and return its sequences, which follow each other.

        Raises as `store` does for this batch. Who gives up takes nobody along: what is on its way is stored.
        """
        mine = _Waiting(pieces)
        self._waiting.append(mine)
        if self._going is None:
            self._send()
        try:
            return await mine.seqs
        finally:
            if mine in self._waiting:  # nobody asks for it any more
                self._waiting.remove(mine)

    def _send(self) -> None:
        """Store the next group."""
        group = self._taken()
        self._going = asyncio.ensure_future(self._settle(group))
        self._going.add_done_callback(lambda task: self._ended(task, group))

    def _ended(self, task: asyncio.Task[None], group: list[_Waiting]) -> None:
        """Go on with those who came meanwhile; nobody may wait for ever where we failed ourselves."""
        self._going = None
        error = None if task.cancelled() else task.exception()
        for each in group:
            if error is not None:
                _fail(each, error)
            else:
                each.seqs.cancel()
        if self._waiting:
            self._send()

    def _taken(self) -> list[_Waiting]:
        """The first that waits, and what fits beside it: no two write the same subject."""
        group = [self._waiting.pop(0)]
        subjects, count, size = set(group[0].subjects), len(group[0].pieces), group[0].bytes
        for each in list(self._waiting):
            fits = count + len(each.pieces) <= MESSAGES_MAX and size + each.bytes <= BYTES_MAX
            if fits and subjects.isdisjoint(each.subjects):
                self._waiting.remove(each)
                group.append(each)
                subjects |= each.subjects
                count, size = count + len(each.pieces), size + each.bytes
        return group

    async def _settle(self, group: list[_Waiting]) -> None:
        """Store a group, and tell each of it how that went."""
        try:
            seqs = await self._store(_joined(group))
        except OutcomeUnknownError as error:
            for each in group:
                _fail(each, error)
        except FeedError as error:
            if len(group) == 1:
                _fail(group[0], error)
            else:
                for each in group:
                    await self._settle([each])
        else:
            at = 0
            for each in group:
                end = at + len(each.pieces)
                if not each.seqs.done():
                    each.seqs.set_result(seqs[at:end])
                at = end


def _joined(group: list[_Waiting]) -> Sequence[Piece]:
    """The messages of all; of several batches each message tells its part of its own."""
    if len(group) == 1:
        return group[0].pieces
    return [
        piece._replace(headers={**piece.headers, PART: f"{number}/{len(each.pieces)}"})
        for each in group
        for number, piece in enumerate(each.pieces, 1)
    ]


def _fail(waiting: _Waiting, error: BaseException) -> None:
    if not waiting.seqs.done():
        waiting.seqs.set_exception(error)
