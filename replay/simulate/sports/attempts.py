"""One after the other, several times: throws, jumps, lifts, shots, runs, routines; the best counts, or the sum.

`value` is negative where more is better, so that less always ranks first.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from replay.simulate.draws import Draws
from replay.simulate.model import Entrant, Format, Row, Rows
from replay.simulate.rows import decimal_text, extended, ranked, result, time_text
from replay.simulate.sports.beat import Beat, Closing, Held

_SHOWN = 6  # of many attempts, the last ones
_FAIL_ODDS = 0.15
_FAILED = -1
_IRM_ODDS = 0.008
_DOCUMENTS_OF_BEAT = 2.0


class Shape(NamedTuple):
    """How attempts count: best or sum; what one is worth, for a strong and a weak competitor, in hundredths."""

    type: str
    attempts: int
    strong: int
    weak: int
    is_best: bool
    is_less_better: bool
    text: Callable[[int], str]
    step: int = 1
    can_fail: bool = False


def _whole(hundredths: int) -> str:
    return str(hundredths // 100)


SHAPES = {
    "distance": Shape("DISTANCE", 6, 860, 700, is_best=True, is_less_better=False, text=decimal_text, can_fail=True),
    "trials": Shape("DISTANCE", 3, 860, 700, is_best=True, is_less_better=False, text=decimal_text, can_fail=True),
    "weight": Shape(
        "WEIGHT", 6, 19500, 15000, is_best=True, is_less_better=False, text=_whole, step=100, can_fail=True
    ),
    "points": Shape("POINTS", 0, 1090, 930, is_best=False, is_less_better=False, text=decimal_text, step=10),
    "strokes": Shape("STROKES", 0, 400, 500, is_best=False, is_less_better=True, text=_whole, step=100),
    "total": Shape("POINTS", 10, 99000, 70000, is_best=False, is_less_better=False, text=_whole, step=100),
}
_ROUTINE = Shape("POINTS", 1, 9500, 7000, is_best=False, is_less_better=False, text=decimal_text, step=5)


def shape_of(form: Format) -> Shape:
    """By the format: a number is that of the routines before judges."""
    if form.kind == "judged":
        return _ROUTINE._replace(attempts=int(form.shape))
    shape = SHAPES[form.shape]
    if shape.attempts:
        return shape
    shots = form.minutes * form.rate / _DOCUMENTS_OF_BEAT / min(form.entrants, form.size)
    return shape._replace(attempts=max(10, int(shots)))


class Attempts:
    """Field events, weightlifting, shooting, golf, sledges; with judges gymnastics, diving, skating, ..."""

    def play(self, held: Held, /) -> Rows:
        draws = Draws(held.seed, "play", held.unit.code)
        shape = shape_of(held.form)
        rows = []
        for entrant in held.starters:
            parts = tuple(_attempt(shape, entrant, draws) for _ in range(shape.attempts))
            total = _counted(shape, parts)
            irm = "NM" if total is None else "DNS" if draws.chance(_IRM_ODDS) else ""
            value = 0 if total is None else total if shape.is_less_better else -total
            text = "" if irm or total is None else shape.text(total)
            rows.append(Row(entrant, value, text, shape.type, irm, parts=() if irm == "DNS" else parts))
        return ranked(rows)

    def beats(self, held: Held, rows: Rows, /) -> Iterator[Beat]:
        shape = shape_of(held.form)
        standing = Standing(shape, held.starters, rows, self.tell)
        turns = [(turn, number) for turn in range(shape.attempts) for number in range(len(held.starters))]
        for count, (turn, number) in enumerate(turns, 1):
            if standing.take(number, turn):
                written, own = standing.written(number)
                is_break = number == len(held.starters) - 1 and turn < shape.attempts - 1
                yield Beat(count / len(turns), written, current=own, is_break=is_break)

    def closing(self, _held: Held, rows: Rows, /) -> Closing:
        return Closing("", tuple((self.tell(row.parts, row.type), row.entrant.xml) for row in rows))

    def tell(self, parts: Sequence[int], kind: str) -> str:
        """The last attempts."""
        first = max(0, len(parts) - _SHOWN)
        text = time_text if kind == "TIME" else decimal_text
        return "".join(
            extended("ATTEMPT", "X" if part == _FAILED else text(part), first + pos)
            for pos, part in enumerate(parts[first:], 1)
        )


class Standing:
    """Who stands where, as attempts come in."""

    def __init__(
        self, shape: Shape, starters: Sequence[Entrant], rows: Rows, tell: Callable[[Sequence[int], str], str]
    ) -> None:
        self._shape = shape
        self._tell = tell
        by_id = {row.entrant.id: row for row in rows}
        self._rows = [by_id[entrant.id] for entrant in starters]
        self._taken = [0] * len(self._rows)
        self._values: list[int | None] = [None] * len(self._rows)

    def take(self, number: int, turn: int) -> bool:
        """The next attempt of one; false for who is not there."""
        row = self._rows[number]
        if turn >= len(row.parts):
            return False
        self._taken[number] = turn + 1
        total = _counted(self._shape, row.parts[: turn + 1])
        self._values[number] = total if total is None or self._shape.is_less_better else -total
        return True

    def written(self, own: int) -> tuple[list[str], str]:
        """All rows, and the one of who has just had an attempt."""
        keys = self._keys()
        shown = sorted(range(len(keys)), key=keys.__getitem__)
        ordered = [keys[number] for number in shown]
        found = []
        for place, number in enumerate(shown, 1):
            row, key = self._rows[number], keys[number]
            rank = ordered.index(key) + 1
            told = self._tell(row.parts[: self._taken[number]], row.type)
            attributes = self._attributes(key, rank, shares=ordered.count(key) > 1)
            found.append(result(place, number + 1, attributes, told, row.entrant.xml))
        return found, found[shown.index(own)]

    def _keys(self) -> list[tuple[int, int]]:
        """What orders them. Where less is better only those count who have had as many attempts as the first."""
        most = max(self._taken) if self._shape.is_less_better else 0
        return [
            (0, value) if value is not None and taken >= most else (1, 0)
            for value, taken in zip(self._values, self._taken, strict=True)
        ]

    def _attributes(self, key: tuple[int, int], rank: int, *, shares: bool) -> str:
        if key[0]:
            return ""
        equal = 'RankEqual="Y" ' if shares else ""
        return f'Rank="{rank}" {equal}Result="{self._shape.text(abs(key[1]))}" ResultType="{self._shape.type}" '


def _attempt(shape: Shape, entrant: Entrant, draws: Draws) -> int:
    if shape.can_fail and draws.chance(_FAIL_ODDS):
        return _FAILED
    share = 0.8 * entrant.strength + 0.2 * draws.share()
    value = int(shape.weak + (shape.strong - shape.weak) * share)
    return value - value % shape.step


def _counted(shape: Shape, parts: Sequence[int]) -> int | None:
    good = [part for part in parts if part != _FAILED]
    if not good:
        return None
    if shape.type == "WEIGHT":
        return max(good)
    return max(good) if shape.is_best else sum(good)
