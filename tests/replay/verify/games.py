"""A stream of messages of our own making, and honest logs of it, for tests of the checker."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from replay.verify.checker import Asked, Verified, verify
from replay.verify.delivered import Delivered, read_line
from replay.verify.survey import survey
from replay.verify.wish import Wish

EPOCH = "e1"
Message = dict[str, Any]
Told = tuple[str, str]  # a topic's discipline and kind


def topic_of(discipline: str, unit: int, kind: str = "result") -> str:
    return f"XG.{discipline}.M.100M.FNL.{unit:06d}.{kind}"


def stream_of(topics: Iterable[str], withdrawn: Iterable[int] = ()) -> list[Message]:
    """One message a topic named, numbered from 1; those in `withdrawn` take their topic back."""
    newest: dict[str, int] = {}
    gone = set(withdrawn)
    stream = []
    for seq, topic in enumerate(topics, 1):
        op = "withdrawn" if seq in gone else "put"
        fields = {"seq": seq, "type": topic.split(".")[6], "prev": newest.get(topic, 0), "topic": topic, "op": op}
        stream.append(fields | {"body": None if seq in gone else {"mark": seq, "name": "Zoë"}})
        newest[topic] = seq
    return stream


def fold(stream: list[Message], seq: int, wish: Wish) -> list[Message]:
    """The state at a sequence, ascending."""
    newest = {message["topic"]: message for message in stream if message["seq"] <= seq}
    living = [each for each in newest.values() if each["op"] == "put" and wish.wants(each["topic"])]
    return sorted(living, key=lambda message: message["seq"])


def hello(after: int | None, tip: int = 0, epoch: str = EPOCH, flag: str = "P") -> Message:
    cursor = None if after is None else f"{epoch}:{after}"
    return {"type": "hello", "epoch": epoch, "flag": flag, "tip": tip, "floor": 0, "cursor": cursor}


def heartbeat(seq: int, epoch: str = EPOCH) -> Message:
    return {"type": "heartbeat", "seq": seq, "tip": seq, "ts": 0, "cursor": f"{epoch}:{seq}"}


def snapshot_end(seq: int) -> Message:
    return {"type": "snapshot_end", "seq": seq, "cursor": f"{EPOCH}:{seq}"}


def written(log: Iterable[Message | bytes]) -> list[bytes]:
    return [each if isinstance(each, bytes) else json.dumps(each).encode() + b"\n" for each in log]


def delivered(stream: Iterable[Message]) -> Iterator[Delivered]:
    for raw in written(stream):
        message = read_line(raw)
        assert isinstance(message, Delivered)
        yield message


def verified(log: list[Message | bytes], stream: list[Message], wish: Wish, **asked: Any) -> Verified:
    """The report of a log, asked for as `feed verify` does."""
    lines = written(log)
    begin = survey(lines, asked.get("snapshot_at"))
    tip = stream[-1]["seq"] if stream else 0
    settled = {"after": begin.after, "has_snapshot": begin.has_snapshot} | asked
    behind = [message for message in stream if message["seq"] > settled["after"]]
    return verify(lines, delivered(behind), Asked(wish=wish, epoch=EPOCH, flag="P", tip=tip, **settled))
