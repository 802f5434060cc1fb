"""Races against the clock: everybody starts at once, or one by one, and passes the same points.

A format's `shape` is the time of a good final in hundredths of a second; ranks are by time.
"""

from collections.abc import Iterator, Sequence

from replay.simulate.draws import Draws
from replay.simulate.model import Row, Rows
from replay.simulate.rows import extended, ranked, result, time_text
from replay.simulate.sports.beat import Beat, Closing, Held

_SPREAD = 0.08  # between the strongest and the weakest
_FORM = 0.012  # of one's own from race to race
_IRM_ODDS = 0.012
_IRMS = ("DNF", "DNF", "DSQ")
_POINTS = ((3000, 2), (15000, 4), (60000, 8), (400000, 10))
_MOST_POINTS = 14
_DOCUMENTS_OF_BEAT = 2.0
_HOUR = 360_000


class Race:
    """Swimming, track, rowing, cycling, skating, ..."""

    def play(self, held: Held, /) -> Rows:
        draws = Draws(held.seed, "play", held.unit.code)
        base = int(held.form.shape)
        points = _points(base)
        rows = []
        for entrant in held.starters:
            value = int(base * (1 + _SPREAD * (1 - entrant.strength) + _FORM * draws.around()))
            if base >= _HOUR:
                value -= value % 100
            irm = draws.pick(_IRMS) if draws.chance(_IRM_ODDS) else ""
            passed = _splits(value, points, draws)
            if irm:
                passed = passed[: draws.below(points)]
            rows.append(Row(entrant, value, "" if irm else time_text(value), "TIME", irm, parts=passed))
        return ranked(rows)

    def beats(self, held: Held, rows: Rows, /) -> Iterator[Beat]:
        points = _points(int(held.form.shape))
        order = {entrant.id: start for start, entrant in enumerate(held.starters, 1)}
        told = [_told(row) for row in rows]
        passed = [0] * len(rows)
        wanted = held.form.minutes * held.form.rate / _DOCUMENTS_OF_BEAT
        bunches = max(1, min(len(rows), round(wanted / points)))
        slowest = max(row.value for row in rows)
        for point in range(points):
            by_time = sorted(
                (number for number, row in enumerate(rows) if len(row.parts) > point),
                key=lambda number: rows[number].parts[point],
            )
            size = max(1, -(-len(by_time) // bunches))
            for first in range(0, len(by_time), size):
                bunch = by_time[first : first + size]
                for number in bunch:
                    passed[number] = point + 1
                at = rows[bunch[-1]].parts[point] / slowest
                shown = _order(rows, passed)
                written = _written(rows, shown, passed, told, order)
                yield Beat(min(at, 1.0), written, current="".join(written[:3]))

    def closing(self, _held: Held, rows: Rows, /) -> Closing:
        return Closing("", tuple((_told(row)[-1], row.entrant.xml) for row in rows))


def _points(base: int) -> int:
    return next((points for limit, points in _POINTS if base <= limit), _MOST_POINTS)


def _splits(value: int, points: int, draws: Draws) -> tuple[int, ...]:
    """Cumulative; the last is the finish. What takes an hour is told in whole seconds."""
    step = 100 if value >= _HOUR else 1
    passed = (int(value * (point + 0.2 * draws.around()) / points) for point in range(1, points))
    return (*(each - each % step for each in passed), value)


def _told(row: Row) -> list[str]:
    """The splits as they are told after each of them."""
    found = [""]
    for pos, part in enumerate(row.parts, 1):
        found.append(found[-1] + extended("INTERMEDIATE", time_text(part), pos))
    return found


def _order(rows: Rows, passed: Sequence[int]) -> list[int]:
    """Who has passed most, and there was fastest."""
    return sorted(
        range(len(rows)),
        key=lambda number: (-passed[number], rows[number].parts[passed[number] - 1] if passed[number] else 0),
    )


def _written(
    rows: Rows, shown: Sequence[int], passed: Sequence[int], told: Sequence[Sequence[str]], order: dict[str, int]
) -> list[str]:
    found = []
    keys = [(passed[number], rows[number].parts[passed[number] - 1] if passed[number] else 0) for number in shown]
    rank = 0
    for place, number in enumerate(shown, 1):
        row, key = rows[number], keys[place - 1]
        shares = key in (keys[place - 2 : place - 1] + keys[place : place + 1])
        if place == 1 or key != keys[place - 2]:
            rank = place
        attributes = ""
        if passed[number]:
            attributes = f'Rank="{rank}" {"RankEqual=" + chr(34) + "Y" + chr(34) + " " if shares else ""}'
            if passed[number] == len(row.parts) and not row.irm:
                attributes += f'Result="{row.text}" ResultType="TIME" '
        entrant = row.entrant
        found.append(result(place, order[entrant.id], attributes, told[number][passed[number]], entrant.xml))
    return found
