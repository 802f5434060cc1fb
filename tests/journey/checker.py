"""What must hold of a history: what senders were answered, what the stream holds, what subscribers saw.

Pure functions. A fault names its rule; `test_checker.py` proves that each rule is noticed when it is broken.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

STORED = frozenset({"accepted", "duplicate"})
DERIVED = "derived"  # the mark of what nobody sent: the feed made it


class Post(NamedTuple):
    """One document as a sender knows it: `answer` is accepted, duplicate, stale, refused or unknown; `seq` if told.

    `version` is (Version, event time in microseconds); `mark` is the content, told apart from any other.
    """

    topic: str
    version: tuple[int, int]
    mark: str
    answer: str
    seq: int | None = None


class Kept(NamedTuple):
    """One message of the stream; `sha` is of the text subscribers get."""

    seq: int
    prev: int
    topic: str
    version: tuple[int, int]
    mark: str
    sha: str


class Seen(NamedTuple):
    """One message as a subscriber saw it on its connection number `connection`."""

    connection: int
    epoch: str
    seq: int
    topic: str
    version: tuple[int, int]
    sha: str


class Fault(NamedTuple):
    """A broken rule and where."""

    rule: str
    detail: str


def check(posts: Sequence[Post], stream: Sequence[Kept], logs: Iterable[Sequence[Seen]] = ()) -> list[Fault]:
    """Return every fault of a whole history; `logs` are of subscribers that asked for everything from the start."""
    faults = [*check_stream(stream), *check_answers(posts, stream)]
    for log in logs:
        faults += check_log(log, stream)
    return faults


def check_stream(stream: Sequence[Kept]) -> list[Fault]:
    """Rules `gap`, `repeated`, `disordered`, `broken_chain`: the stream by itself."""
    faults = []
    newest: dict[str, Kept] = {}
    for number, kept in enumerate(stream, start=1):
        if kept.seq != number:
            faults.append(Fault("gap", f"place {number} holds seq {kept.seq}"))
        before = newest.get(kept.topic)
        if kept.prev != (before.seq if before else 0):
            faults.append(
                Fault("broken_chain", f"seq {kept.seq} names {kept.prev}, {before and before.seq} came before")
            )
        if before and kept.version <= before.version:
            faults.append(Fault("disordered", f"seq {kept.seq}: {kept.version} after {before.version}"))
        newest[kept.topic] = kept
    times = Counter((kept.topic, kept.version, kept.mark) for kept in stream)
    faults += [Fault("repeated", f"{what} is there {count} times") for what, count in times.items() if count > 1]
    return faults


def check_answers(posts: Sequence[Post], stream: Sequence[Kept]) -> list[Fault]:
    """Rules `lost`, `misplaced`, `overtaken`, `invented`: the stream against what senders were answered."""
    faults = []
    there = {(kept.topic, kept.version, kept.mark) for kept in stream}
    places = {kept.seq: (kept.topic, kept.version, kept.mark) for kept in stream}
    newest: dict[str, tuple[int, int]] = {}
    for kept in stream:
        newest[kept.topic] = max(kept.version, newest.get(kept.topic, (0, 0)))
    for post in posts:
        what = (post.topic, post.version, post.mark)
        if post.answer in STORED and what not in there:
            faults.append(Fault("lost", f"{post} is not in the stream"))
        elif post.answer == "accepted" and post.seq is not None and places.get(post.seq) != what:
            faults.append(Fault("misplaced", f"{post}: there is {places.get(post.seq)}"))
        elif post.answer == "stale" and newest.get(post.topic, (0, 0)) <= post.version:
            faults.append(Fault("overtaken", f"{post}: nothing newer is in the stream"))
    sent = {(post.topic, post.version, post.mark) for post in posts if post.answer != "refused"}
    faults += [Fault("invented", f"{what} was never sent") for what in sorted(there - sent) if what[2] != DERIVED]
    return faults


def check_log(log: Sequence[Seen], stream: Sequence[Kept], first: int = 1) -> list[Fault]:
    """Rules `went_back`, `seen_twice`, `epoch`, `missed`, `not_there`, `altered`: a log from `first` on."""
    faults = []
    newest: dict[int, int] = {}
    for seen in log:
        if seen.seq <= newest.get(seen.connection, 0):
            faults.append(
                Fault("went_back", f"connection {seen.connection}: {seen.seq} after {newest[seen.connection]}")
            )
        newest[seen.connection] = seen.seq
    times = Counter(seen.seq for seen in log)
    faults += [Fault("seen_twice", f"seq {seq} came {count} times") for seq, count in times.items() if count > 1]
    if len({seen.epoch for seen in log}) > 1:
        faults.append(Fault("epoch", "the epoch changed"))
    held = {kept.seq: kept for kept in stream if kept.seq >= first}
    faults += [Fault("missed", f"seq {seq} never came") for seq in held.keys() - times.keys()]
    for seen in log:
        kept = held.get(seen.seq)
        if kept is None:
            faults.append(Fault("not_there", f"seq {seen.seq} is not in the stream"))
        elif (seen.topic, seen.version, seen.sha) != (kept.topic, kept.version, kept.sha):
            faults.append(Fault("altered", f"{seen} is kept as {kept}"))
    return faults
