"""The bugs that are planted into an honest journal: what does it, its name, its sequence where that is plain."""

from collections.abc import Callable

from replay.verify.findings import Name
from tests.replay.load.journals import Log, at
from tests.replay.verify.planted import ATH

Plant = Callable[[Log], None]


def lost(log: Log) -> None:
    del log.messages[at(log.messages, 17)]


def lost_over_a_reconnect(log: Log) -> None:
    """The service resumes one too late."""
    del log.rest[0]


def lost_tail(log: Log) -> None:
    """It ended before the end: nothing says that there is more."""
    del log.rest[-1]
    log.again.promised = 24


def lost_and_promised(log: Log) -> None:
    del log.rest[-1]


def swapped(log: Log) -> None:
    place = at(log.messages, 16)
    log.messages[place : place + 2] = log.messages[place + 1], log.messages[place]


def repeated(log: Log) -> None:
    log.messages.insert(4, log.messages[2])


def repeated_over_a_reconnect(log: Log) -> None:
    log.rest.insert(0, log.messages[-1])


def repeated_from_the_snapshot(log: Log) -> None:
    log.messages.insert(0, log.snapshot[-1])


def altered(log: Log) -> None:
    log.messages[at(log.messages, 19)]["body"]["mark"] = 18


def altered_in_the_snapshot(log: Log) -> None:
    log.snapshot[1]["body"]["name"] = "Zoe"


def chain_of_the_journal(log: Log) -> None:
    """Bytes count here: another `prev` is another message."""
    log.rest[at(log.rest, 21)]["prev"] = 16


def under_the_number_of_another(log: Log) -> None:
    """Before the text of a wanted message stands the number of one that is not wanted."""
    log.messages.insert(at(log.messages, 19), log.of(17) | {"seq": 18})


def invented(log: Log) -> None:
    log.rest.append(log.of(25) | {"seq": 26})


def invented_far_away(log: Log) -> None:
    log.messages.insert(2, log.of(16) | {"seq": 10**15})


def invented_in_the_snapshot(log: Log) -> None:
    log.snapshot.append(log.of(13) | {"topic": ATH[0]})
    log.snapshot.sort(key=lambda each: each["seq"])
    del log.stream[12]


def unfiltered(log: Log) -> None:
    log.messages.insert(at(log.messages, 19), log.of(18))


def unfiltered_in_the_snapshot(log: Log) -> None:
    log.snapshot.append(log.of(13))
    log.snapshot.sort(key=lambda each: each["seq"])


def from_before(log: Log) -> None:
    log.messages.insert(0, log.of(2))


def late_on_another_connection(log: Log) -> None:
    """Up to 20 was promised, and 19 comes after the break."""
    log.rest.insert(0, log.messages.pop(at(log.messages, 19)))


def late_on_the_same_connection(log: Log) -> None:
    log.again.late = 1


def stream_made_anew(log: Log) -> None:
    log.again.epoch = "e2"


def other_flag(log: Log) -> None:
    log.first.flag = "T"


def stale(log: Log) -> None:
    log.snapshot[-1] = log.of(log.snapshot[-1]["prev"])
    log.snapshot.sort(key=lambda each: each["seq"])


def incomplete(log: Log) -> None:
    del log.snapshot[1]


def ahead(log: Log) -> None:
    topic = log.snapshot[-1]["topic"]
    log.snapshot[-1] = next(each for each in log.messages + log.rest if each["topic"] == topic)


def withdrawn_one_in_the_snapshot(log: Log) -> None:
    log.snapshot.insert(0, log.of(6))


def tombstone_in_the_snapshot(log: Log) -> None:
    log.snapshot.append(log.of(10))
    log.snapshot.sort(key=lambda each: each["seq"])


def disordered_snapshot(log: Log) -> None:
    log.snapshot[0], log.snapshot[1] = log.snapshot[1], log.snapshot[0]


def twice_in_the_snapshot(log: Log) -> None:
    log.snapshot.insert(2, log.snapshot[1])


def unreadable(log: Log) -> None:
    log.again.unreadable = 1


PLANTED = [
    (lost, Name.MISSING, 17),
    (lost_over_a_reconnect, Name.MISSING, 21),
    (lost_tail, Name.MISSING, 25),
    (lost_and_promised, Name.MISSING, 25),
    (swapped, Name.OUT_OF_ORDER, 16),
    (repeated, Name.DUPLICATED, 17),
    (repeated_over_a_reconnect, Name.DUPLICATED, 20),
    (repeated_from_the_snapshot, Name.DUPLICATED, 14),
    (altered, Name.ALTERED, 19),
    (altered_in_the_snapshot, Name.ALTERED, None),
    (chain_of_the_journal, Name.ALTERED, 21),
    (under_the_number_of_another, Name.MISPLACED, 18),
    (invented, Name.FOREIGN, 26),
    (invented_far_away, Name.FOREIGN, 10**15),
    (invented_in_the_snapshot, Name.FOREIGN, 13),
    (unfiltered, Name.LEAKED, 18),
    (unfiltered_in_the_snapshot, Name.LEAKED, 13),
    (from_before, Name.EARLY, 2),
    (late_on_another_connection, Name.BROKEN_PROMISE, 19),
    (late_on_the_same_connection, Name.BROKEN_PROMISE, 0),
    (stream_made_anew, Name.WRONG_EPOCH, 0),
    (other_flag, Name.WRONG_FLAG, 0),
    (stale, Name.STALE_SNAPSHOT, None),
    (incomplete, Name.INCOMPLETE_SNAPSHOT, None),
    (ahead, Name.AHEAD_OF_SNAPSHOT, None),
    (withdrawn_one_in_the_snapshot, Name.AFTER_WITHDRAWAL, 6),
    (tombstone_in_the_snapshot, Name.AFTER_WITHDRAWAL, 10),
    (disordered_snapshot, Name.OUT_OF_ORDER, None),
    (twice_in_the_snapshot, Name.DUPLICATED, None),
    (unreadable, Name.UNREADABLE, 0),
]
