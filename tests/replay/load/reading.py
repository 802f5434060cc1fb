"""A reader of our own making, independent of the fleets: fills stretches from WebSockets of a real service."""

from collections.abc import Callable
from zlib import crc32

import aiohttp
import msgspec

from replay.load.received import Stretch
from replay.load.subscription import Manner, Subscription
from schemas.control import Control, Heartbeat, Hello, ReplayEnd, SnapshotEnd

_CONTROL = msgspec.json.Decoder(Control)
BREAK_AFTER = 40  # messages of a connection, for those that come back


class Goal:
    """What everybody is to have in the end, once that is known."""

    seq: int | None = None

    def is_reached(self, stretch: Stretch) -> bool:
        newest = max([stretch.promised, *stretch.messages.seqs[-1:]])
        return self.seq is not None and newest >= self.seq


async def stretches_of(url: str, asked: Subscription, goal: Goal, greeted: Callable[[], None]) -> list[Stretch]:
    """Read until the goal is reached, with breaks for those that break off; `greeted` is called at each hello."""
    stretches: list[Stretch] = []
    after: int | None = None
    while not stretches or not goal.is_reached(stretches[-1]):
        stretches.append(await _stretch(url, asked, after, goal, greeted))
        newest = stretches[-1]
        after = max([newest.promised, newest.snapshot_seq or newest.after or newest.tip, *newest.messages.seqs[-1:]])
    return stretches


async def _stretch(
    url: str, asked: Subscription, after: int | None, goal: Goal, greeted: Callable[[], None]
) -> Stretch:
    query = [("filter", text) for text in asked.filters] + [("type", kind) for kind in asked.kinds]
    if after is not None:
        query.append(("after", str(after)))
    elif asked.snapshot:
        query.append(("snapshot", "1"))
    stretch = Stretch(0.0, after)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/v1/stream", params=query, max_msg_size=0) as socket,
    ):
        async for frame in socket:
            if _take(stretch, frame.data.encode(), is_opening=asked.snapshot and after is None):
                greeted()
            is_tired = asked.manner is Manner.RECONNECT and len(stretch.messages) >= BREAK_AFTER
            if goal.is_reached(stretch) or is_tired:
                stretch.code = 0
                break
    return stretch


def _take(stretch: Stretch, text: bytes, *, is_opening: bool) -> bool:
    """Whether a frame was the hello."""
    if text.startswith(b'{"seq":'):
        got = stretch.snapshot if is_opening and stretch.snapshot_seq is None else stretch.messages
        got.add(msgspec.json.decode(text)["seq"], 0.0, crc32(text))
        return False
    match _CONTROL.decode(text):
        case Hello(epoch=epoch, tip=tip, flag=flag):
            stretch.epoch, stretch.tip, stretch.flag = epoch, tip, flag
            return True
        case SnapshotEnd(seq=seq):
            stretch.snapshot_seq = seq
        case Heartbeat(seq=seq) | ReplayEnd(seq=seq):
            stretch.promised = max(stretch.promised, seq)
    return False
