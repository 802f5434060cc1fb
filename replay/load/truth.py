"""A service that has come to rest beside the truth of the Games that were played to it, whole.

Compared are

* the medal table of `/v1/medals?view=official`, row by row;
* each unit of the schedule (kind `unit`): its status, and its real times if it was held;
* each result, and the total of several: its status and its rows, in order: who, rank, result, IRM, won or lost;
* how the medals of each event came and went: what each step awarded and took back, in the official ledger. Venues send
  side by side, and a medallists document may be ahead of the result that it follows from: so the steps of one event
  may come in another order, and from another document;
* every official table of all disciplines in the stream with a count of the ledger up to there: with the steps right, so
  are the tables in between, for the order of events in the stream.

And beside what a venue was answered: that what was acknowledged is in the stream.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from replay.load.index import Index
from replay.load.medal_course import OFFICIAL, course_differences, table_differences
from replay.load.truth_file import Ended, Ranked, Row, Truth
from replay.load.untrue import Untrue, Wrong
from replay.verify.door import Door
from replay.verify.wish import Wish
from schemas.medal_table import MedalRow
from schemas.rsc import parse_code
from schemas.topic import Topic, escape

_MICROS: Final = 1_000  # of a millisecond
_FINISHED: Final = "FINISHED"


class _Competitors(msgspec.Struct):
    competitors: tuple[Row, ...] = ()


class _Result(msgspec.Struct):
    topic: str
    status: str | None = None
    body: _Competitors | None = None


class _Item(msgspec.Struct):
    status: str | None = None
    started: int | None = None
    ended: int | None = None


class _Unit(msgspec.Struct):
    topic: str
    body: _Item | None = None


class _Table(msgspec.Struct):
    rows: tuple[MedalRow, ...]


_result: Final = msgspec.json.Decoder(_Result)
_unit: Final = msgspec.json.Decoder(_Unit)
_table: Final = msgspec.json.Decoder(_Table)


def compare_truth(path: Path, door: Door) -> tuple[str, list[str]]:
    """The hash of the truth in a file, and what of a service is not so, in words.

    Raises TruthError for a file that is no whole truth, VerifyError where the service does not answer.
    """
    truth = Truth(path)
    return truth.hash, [str(each) for each in differences(truth, door)]


def differences(truth: Truth, door: Door) -> Iterator[Untrue]:
    """Everything in which a service differs from the truth."""
    page = _table.decode(door.view("/v1/medals", competition=truth.competition, view=OFFICIAL))
    yield from (Untrue(Wrong.WRONG_MEDALS, "", detail) for detail in table_differences(truth.table, page.rows))
    wish = Wish((f"{escape(truth.competition)}.>",), ("unit", *(kind for kind, _ in truth.results)))
    yield from state_differences(truth, door.state(wish, None)[1])
    tip = door.tip(wish)
    moving = Wish((f"{escape(truth.competition)}.>",), ("ledger", "medal_table"))
    yield from course_differences(truth, door.messages(tip, 0, moving))


def state_differences(truth: Truth, lines: Iterable[bytes]) -> Iterator[Untrue]:
    """Units and results beside a snapshot of them, one JSON text a line."""
    units = {_topic(truth, "unit", code): told for code, told in truth.units.items()}
    results = {_topic(truth, kind, code): told for (kind, code), told in truth.results.items()}
    for line in lines:
        message = _result.decode(line)
        if (ranked := results.pop(message.topic, None)) is not None:
            yield from _of_result(message, ranked)
        elif (ended := units.pop(message.topic, None)) is not None:
            yield from _of_unit(_unit.decode(line), ended)
    yield from (Untrue(Wrong.WRONG_STATUS, topic, "there is no such unit") for topic in units)
    yield from (Untrue(Wrong.WRONG_RESULT, topic, "there is no such result") for topic in results)


def acknowledged(index: Index, acks: Mapping[int, str]) -> list[Untrue]:
    """What a venue was told to be stored, sequence and topic, and is not in the stream."""
    found = []
    for seq, topic in acks.items():
        position = index.position(seq)
        if position is None:
            found.append(Untrue(Wrong.NOT_KEPT, topic, f"seq {seq} was acknowledged, the stream has none such"))
        elif index.topic(position) != topic:
            detail = f"seq {seq} was acknowledged, the stream has {index.topic(position)} there"
            found.append(Untrue(Wrong.NOT_KEPT, topic, detail))
    return found


def _of_result(message: _Result, told: Ranked) -> Iterator[Untrue]:
    if message.status != told.status:
        yield Untrue(Wrong.WRONG_STATUS, message.topic, f"{message.status} in the place of {told.status}")
    rows = message.body.competitors if message.body else ()
    ours, theirs = [str(row) for row in told.rows], [str(row) for row in rows]
    if len(ours) != len(theirs):
        yield Untrue(Wrong.WRONG_RESULT, message.topic, f"{len(theirs)} rows in the place of {len(ours)}")
    elif ours != theirs:
        right, found = next(pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1])
        yield Untrue(Wrong.WRONG_RESULT, message.topic, f"{found} in the place of {right}")


def _of_unit(message: _Unit, told: Ended) -> Iterator[Untrue]:
    item = message.body or _Item()
    if item.status != told.status:
        yield Untrue(Wrong.WRONG_STATUS, message.topic, f"{item.status} in the place of {told.status}")
    times = told.start * _MICROS, told.end * _MICROS
    if told.status == _FINISHED and (item.started, item.ended) != times:
        detail = f"{item.started} to {item.ended} in the place of {times[0]} to {times[1]}"
        yield Untrue(Wrong.WRONG_TIMES, message.topic, detail)


def _topic(truth: Truth, kind: str, code: str) -> str:
    return str(Topic(truth.competition, parse_code(code), kind))
