"""The bugs that are planted into an honest journal: what does it, its name, its sequence where that is plain."""

from collections.abc import Callable

from replay.verify.findings import Name
from tests.replay.load.journals import Log, at
from tests.replay.verify.planted import SHARED

Plant = Callable[[Log], None]


def lost_over_a_reconnect(log: Log) -> None:
    """The service resumes one too late."""
    del log.rest[0]


def lost_tail(log: Log) -> None:
    """It ended before the end: nothing says that there is more."""
    del log.rest[-1]
    log.again.promised = 24


def lost_and_promised(log: Log) -> None:
    del log.rest[-1]


def repeated_over_a_reconnect(log: Log) -> None:
    log.rest.insert(0, log.messages[-1])


def chain_of_the_journal(log: Log) -> None:
    """Bytes count here: another `prev` is another message."""
    log.rest[at(log.rest, 21)]["prev"] = 16


def under_the_number_of_another(log: Log) -> None:
    """Before the text of a wanted message stands the number of one that is not wanted."""
    log.messages.insert(at(log.messages, 19), log.of(17) | {"seq": 18})


def invented(log: Log) -> None:
    log.rest.append(log.of(25) | {"seq": 26})


def late_on_another_connection(log: Log) -> None:
    """Up to 20 was promised, and 19 comes after the break."""
    log.rest.insert(0, log.messages.pop(at(log.messages, 19)))


def late_on_the_same_connection(log: Log) -> None:
    log.again.late = 1


def stream_made_anew(log: Log) -> None:
    log.again.epoch = "e2"


def other_flag(log: Log) -> None:
    log.first.flag = "T"


def ahead(log: Log) -> None:
    topic = log.snapshot[-1]["topic"]
    log.snapshot[-1] = next(each for each in log.messages + log.rest if each["topic"] == topic)


def unreadable(log: Log) -> None:
    log.again.unreadable = 1


PLANTED = [
    *SHARED,
    (lost_over_a_reconnect, Name.MISSING, 21),
    (lost_tail, Name.MISSING, 25),
    (lost_and_promised, Name.MISSING, 25),
    (repeated_over_a_reconnect, Name.DUPLICATED, 20),
    (chain_of_the_journal, Name.ALTERED, 21),
    (under_the_number_of_another, Name.MISPLACED, 18),
    (invented, Name.FOREIGN, 26),
    (late_on_another_connection, Name.BROKEN_PROMISE, 19),
    (late_on_the_same_connection, Name.BROKEN_PROMISE, 0),
    (stream_made_anew, Name.WRONG_EPOCH, 0),
    (other_flag, Name.WRONG_FLAG, 0),
    (ahead, Name.AHEAD_OF_SNAPSHOT, None),
    (unreadable, Name.UNREADABLE, 0),
]
