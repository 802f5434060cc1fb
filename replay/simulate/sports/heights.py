"""Over a bar that rises: high jump and pole vault, with a jump-off where two would have won.

Three attempts at each height; of equal heights fewer failures there rank first, then fewer in all (World Athletics,
Technical Rules 26.8 and 26.9). A format's `shape` is the first height in centimetres.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from replay.simulate.draws import Draws
from replay.simulate.model import Entrant, Row, Rows
from replay.simulate.rows import decimal_text, extended, ranked, result, sharing
from replay.simulate.sports.beat import Beat, Closing, Held

_BARS = 10
_TRIES = 3
_EASY, _HARDER, _STRONGER = 0.72, 0.13, 0.65  # odds of an attempt: at first, less for each bar, more for the strongest
_OFF = 100  # the bar of the first round of a jump-off
_ROUNDS = 8  # of it, after which those who are left share the first place
_STEPS = 70  # of the first height make one step


class Heights:
    """An attempt is ten times the number of its bar, and one more where it succeeded."""

    def play(self, held: Held, /) -> Rows:
        draws = Draws(held.seed, "play", held.unit.code)
        rows = ranked(_row(held, entrant, _card(entrant, draws)) for entrant in held.starters)
        best = [row for row in rows if row.rank == 1]
        if len(best) < 2 or not held.unit.medal:  # noqa: PLR2004 - only who would win with another jumps again
            return rows
        return ranked((*_jump_off(held, best, draws), *rows[len(best) :]))

    def beats(self, held: Held, rows: Rows, /) -> Iterator[Beat]:
        turns = _turns(held, rows)
        parts: dict[str, tuple[int, ...]] = {entrant.id: () for entrant in held.starters}
        order = {entrant.id: start for start, entrant in enumerate(held.starters, 1)}
        for count, (id_, part) in enumerate(turns, 1):
            parts[id_] += (part,)
            shown = ranked(_row(held, row.entrant, parts[row.entrant.id]) for row in rows)
            shared = sharing(shown)
            written = {
                row.entrant.id: result(
                    place,
                    order[row.entrant.id],
                    _attributes(row, shares=row.rank in shared),
                    _told(row.parts),
                    row.entrant.xml,
                )
                for place, row in enumerate(shown, 1)
            }
            is_break = count < len(turns) and turns[count][1] // 10 > part // 10
            yield Beat(count / len(turns), [*written.values()], current=written[id_], is_break=is_break)

    def closing(self, _held: Held, rows: Rows, /) -> Closing:
        return Closing("", tuple((_told(row.parts), row.entrant.xml) for row in rows))


def _card(entrant: Entrant, draws: Draws) -> tuple[int, ...]:
    found: list[int] = []
    for bar in range(_BARS):
        odds = _EASY - _HARDER * bar + _STRONGER * entrant.strength
        for _ in range(_TRIES):
            is_over = draws.chance(odds)
            found.append(10 * bar + is_over)
            if is_over:
                break
        else:
            return tuple(found)
    return tuple(found)


def _jump_off(held: Held, best: Sequence[Row], draws: Draws) -> Rows:
    """One attempt each, until one is over and the others are not."""
    parts = {row.entrant.id: row.parts for row in best}
    left = list(parts)
    for round_ in range(_ROUNDS):
        over = [id_ for id_ in left if draws.chance(0.5)]
        for id_ in left:
            parts[id_] += (10 * (_OFF + round_) + (id_ in over),)
        left = over or left
        if len(left) == 1:
            break
    return tuple(_row(held, row.entrant, parts[row.entrant.id]) for row in best)


def _row(held: Held, entrant: Entrant, parts: tuple[int, ...]) -> Row:
    """Where somebody stands with these attempts; less is better."""
    first = int(held.form.shape)
    bars = [part // 10 for part in parts if part % 10 and part // 10 < _OFF]
    if not bars:
        return Row(entrant, 0, type="DISTANCE", irm="NM", parts=parts)
    best = max(bars)
    height = first + best * max(1, first // _STEPS)
    there = sum(part == 10 * best for part in parts)
    failed = sum(part % 10 == 0 and part // 10 <= best for part in parts)
    won = sum(part % 10 for part in parts if part // 10 >= _OFF)
    value = ((-height * 10 + there) * 100 + failed) * 100 - won
    return Row(entrant, value, decimal_text(height), "DISTANCE", parts=parts)


def _attributes(row: Row, *, shares: bool) -> str:
    if row.irm:
        return ""
    equal = 'RankEqual="Y" ' if shares else ""
    return f'Rank="{row.rank}" {equal}Result="{row.text}" ResultType="DISTANCE" '


def _turns(held: Held, rows: Rows) -> list[tuple[str, int]]:
    """Everybody's attempts in the order in which they come: by bar, by try, by start."""
    starts = {entrant.id: start for start, entrant in enumerate(held.starters)}
    found = []
    for row in rows:
        for _, tries in groupby(row.parts, key=lambda part: part // 10):
            found += [
                (part // 10, number, starts[row.entrant.id], row.entrant.id, part) for number, part in enumerate(tries)
            ]
    return [(id_, part) for *_, id_, part in sorted(found)]


def _told(parts: Sequence[int]) -> str:
    """A line for each height: O over, X not; then those of a jump-off."""
    return "".join(
        extended("JUMP_OFF" if bar >= _OFF else "ATTEMPT", "".join("XO"[part % 10] for part in tries), bar % _OFF + 1)
        for bar, tries in groupby(parts, key=lambda part: part // 10)
    )
