"""An honest log, and the bugs that are planted into it: what does it, its name, its sequence where that is plain."""

import copy
import json
from collections.abc import Callable
from typing import Protocol

from replay.verify.findings import Name
from replay.verify.wish import Wish
from tests.replay.verify.games import Message, fold, heartbeat, hello, snapshot_end, stream_of, topic_of

WISH = Wish(("XG.ATH.>",))
CUT = 14  # the sequence of the snapshot
ATH = [topic_of("ATH", unit) for unit in range(5)]
SWM = topic_of("SWM", 1)


def games() -> list[Message]:
    """25 messages of 5 wanted topics and one that is not; ATH[4] is withdrawn at 10, published again at 20."""
    topics = [SWM if seq % 5 == 3 else ATH[seq % 4] for seq in range(1, 26)]
    topics[5] = topics[9] = topics[19] = ATH[4]
    return stream_of(topics, withdrawn=[10])


def following(stream: list[Message], after: int) -> list[Message]:
    return [each for each in stream if each["seq"] > after and WISH.wants(each["topic"])]


class Parts(Protocol):
    """Of a log that has a snapshot and what followed: where bugs are planted that any checker has to find."""

    stream: list[Message]
    snapshot: list[Message]
    messages: list

    def of(self, seq: int) -> Message: ...

    def place(self, seq: int) -> int: ...


class Log:
    """An honest log of a snapshot and what followed, over one lost connection; bugs are planted into its parts."""

    def __init__(self) -> None:
        self.stream = games()
        self.hello: Message = hello(None)
        self.snapshot = copy.deepcopy(fold(self.stream, CUT, WISH))
        self.messages: list = copy.deepcopy(following(self.stream, CUT))
        self.again: Message = hello(20)
        self.end = heartbeat(25)

    def lines(self) -> list[Message | bytes]:
        at = next(n for n, each in enumerate(self.messages) if isinstance(each, dict) and each["seq"] == 21)
        cut = [*self.messages[:at], heartbeat(20), self.again, *self.messages[at:]]
        return [self.hello, *self.snapshot, snapshot_end(CUT), *cut, self.end]

    def of(self, seq: int) -> Message:
        return copy.deepcopy(self.stream[seq - 1])

    def place(self, seq: int) -> int:
        return next(n for n, each in enumerate(self.messages) if each["seq"] == seq)


Plant = Callable[[Log], None]


def lost(log: Parts) -> None:
    del log.messages[log.place(17)]


def repeated(log: Parts) -> None:
    log.messages.insert(4, log.messages[2])


def repeated_from_the_snapshot(log: Parts) -> None:
    log.messages.insert(0, log.snapshot[-1])


def swapped(log: Parts) -> None:
    at = log.place(16)
    log.messages[at : at + 2] = log.messages[at + 1], log.messages[at]


def altered(log: Parts) -> None:
    log.messages[log.place(19)]["body"]["mark"] = 18


def altered_in_the_snapshot(log: Parts) -> None:
    log.snapshot[1]["body"]["name"] = "Zoe"


def invented_far_away(log: Parts) -> None:
    log.messages.insert(2, log.of(16) | {"seq": 10**15})


def invented_in_the_snapshot(log: Parts) -> None:
    log.snapshot.append(log.of(13) | {"topic": ATH[0]})
    log.snapshot.sort(key=lambda each: each["seq"])
    del log.stream[12]  # as one that this key does not see


def unfiltered(log: Parts) -> None:
    log.messages.insert(log.place(19), log.of(18))


def unfiltered_in_the_snapshot(log: Parts) -> None:
    log.snapshot.insert(3, log.of(13))
    log.snapshot.sort(key=lambda each: each["seq"])


def from_before(log: Parts) -> None:
    log.messages.insert(0, log.of(2))


def stale(log: Parts) -> None:
    topic = log.snapshot[-1]["topic"]
    log.snapshot[-1] = log.of(log.snapshot[-1]["prev"])
    assert log.snapshot[-1]["topic"] == topic
    log.snapshot.sort(key=lambda each: each["seq"])


def incomplete(log: Parts) -> None:
    del log.snapshot[1]


def withdrawn_one_in_the_snapshot(log: Parts) -> None:
    log.snapshot.insert(0, log.of(6))


def tombstone_in_the_snapshot(log: Parts) -> None:
    log.snapshot.append(log.of(10))
    log.snapshot.sort(key=lambda each: each["seq"])


def disordered_snapshot(log: Parts) -> None:
    log.snapshot[0], log.snapshot[1] = log.snapshot[1], log.snapshot[0]


def twice_in_the_snapshot(log: Parts) -> None:
    log.snapshot.insert(2, log.snapshot[1])


SHARED = [
    (lost, Name.MISSING, 17),
    (repeated, Name.DUPLICATED, 17),
    (repeated_from_the_snapshot, Name.DUPLICATED, 14),
    (swapped, Name.OUT_OF_ORDER, 16),
    (altered, Name.ALTERED, 19),
    (altered_in_the_snapshot, Name.ALTERED, None),
    (invented_far_away, Name.FOREIGN, 10**15),
    (invented_in_the_snapshot, Name.FOREIGN, 13),
    (unfiltered, Name.LEAKED, 18),
    (unfiltered_in_the_snapshot, Name.LEAKED, 13),
    (from_before, Name.EARLY, 2),
    (stale, Name.STALE_SNAPSHOT, None),
    (incomplete, Name.INCOMPLETE_SNAPSHOT, None),
    (withdrawn_one_in_the_snapshot, Name.AFTER_WITHDRAWAL, 6),
    (tombstone_in_the_snapshot, Name.AFTER_WITHDRAWAL, 10),
    (disordered_snapshot, Name.OUT_OF_ORDER, None),
    (twice_in_the_snapshot, Name.DUPLICATED, None),
]


def lost_at_the_end(log: Log) -> None:
    del log.messages[-1]


def emptied(log: Log) -> None:
    log.messages[log.place(19)]["body"] = None


def true_for_one(log: Log) -> None:
    log.messages[log.place(19)]["body"]["mark"] = 19.0


def invented(log: Log) -> None:
    log.messages.append(log.of(25) | {"seq": 26})


def of_another_topic(log: Log) -> None:
    log.messages.insert(log.place(19), log.of(18) | {"topic": ATH[0]})


def chain_of_the_log(log: Log) -> None:
    log.messages[log.place(21)]["prev"] = 16


def chain_of_the_stream(log: Log) -> None:
    log.stream[20]["prev"] = log.messages[log.place(21)]["prev"] = 16


def chain_of_the_snapshot(log: Log) -> None:
    log.snapshot[0]["prev"] = 1


def late_behind_a_heartbeat(log: Log) -> None:
    late = log.messages.pop(log.place(19))
    log.messages.append(late)


def stream_made_anew(log: Log) -> None:
    log.again["epoch"], log.again["cursor"] = "e2", "e2:20"


def epoch_in_a_heartbeat(log: Log) -> None:
    log.end["cursor"] = "e2:25"


def other_flag(log: Log) -> None:
    log.hello["flag"] = "T"


def ahead(log: Log) -> None:
    newer = next(each for each in log.messages if each["topic"] == log.snapshot[-1]["topic"])
    log.snapshot[-1] = newer


def torn(log: Log) -> None:
    at = log.place(19)
    log.messages.insert(at, json.dumps(log.of(18)).encode()[:30] + b"\n")


def no_number(log: Log) -> None:
    log.messages.insert(3, b'{"type":"result","topic":"XG"}\n')


PLANTED = [
    *SHARED,
    (lost_at_the_end, Name.MISSING, 25),
    (emptied, Name.ALTERED, 19),
    (true_for_one, Name.ALTERED, 19),
    (invented, Name.FOREIGN, 26),
    (of_another_topic, Name.MISPLACED, 18),
    (chain_of_the_log, Name.BROKEN_CHAIN, 21),
    (chain_of_the_stream, Name.BROKEN_CHAIN, 21),
    (chain_of_the_snapshot, Name.BROKEN_CHAIN, None),
    (late_behind_a_heartbeat, Name.BROKEN_PROMISE, 19),
    (stream_made_anew, Name.WRONG_EPOCH, 0),
    (epoch_in_a_heartbeat, Name.WRONG_EPOCH, 25),
    (other_flag, Name.WRONG_FLAG, 0),
    (ahead, Name.AHEAD_OF_SNAPSHOT, None),
    (torn, Name.UNREADABLE, 0),
    (no_number, Name.UNREADABLE, 0),
]
