"""A match of teams: several matches of their members, each a subunit, until one team has won more than half.

What nobody had to play any more is cancelled (Foundation Principles 2.3: the match is subunit 00, its parts 01, ...).
"""

from collections.abc import Iterator
from typing import NamedTuple

from replay.simulate.model import Entrant, Format, Row, Rows, Unit
from replay.simulate.moments import MINUTE
from replay.simulate.people import alone
from replay.simulate.rows import result
from replay.simulate.sports.beat import Beat, Closing, Held
from replay.simulate.sports.combat import Combat
from replay.simulate.sports.match import Match

TIE = "tie"  # the kind of such units
_MATCHES = {"TTE": 5, "JUD": 7}
_SMALLEST_TEAM = 3
_BETWEEN = MINUTE
_KINDS = {"match": Match(), "combat": Combat()}


class Part(NamedTuple):
    """One match of it: its unit, who is in it, how it ended."""

    unit: Unit
    sides: tuple[Entrant, Entrant]
    rows: Rows


def matches_of(form: Format) -> int:
    """How many matches there can be in one of teams; 0 where teams play as such."""
    return _MATCHES.get(form.discipline, 0) if form.members >= _SMALLEST_TEAM else 0


def divide(unit: Unit, form: Format) -> None:
    """Make the units of its matches."""
    count = matches_of(form)
    unit.form = form._replace(kind=TIE)
    each = form._replace(members=1, minutes=form.minutes // count)
    unit.parts = tuple(
        Unit(
            f"{unit.code[:-2]}{number:02d}",
            f"{unit.name} Match {number}",
            number,
            unit.phase,
            form=each,
            whole=unit.code,
        )
        for number in range(1, count + 1)
    )


def time_parts(unit: Unit) -> None:
    """One behind the other, on the field of the whole, moved with it."""
    for number, part in enumerate(unit.parts):
        length = (part.form.minutes if part.form else 0) * MINUTE
        part.start = unit.start + number * length
        part.end = part.start + length - _BETWEEN
        part.planned = part.start - unit.start + unit.planned
        part.field, part.session = unit.field, unit.session


def played(held: Held) -> Iterator[Part]:
    """The matches up to the one that decides."""
    one, other = held.starters
    won = [0, 0]
    for number, unit in enumerate(held.unit.parts):
        sides = alone(held.event, one, number), alone(held.event, other, number)
        rows = _KINDS[held.event.format.kind].play(Held(held.event, unit, sides, held.seed))
        won[0 if rows[0].wlt == "W" else 1] += 1
        yield Part(unit, sides, rows)
        if max(won) > len(held.unit.parts) // 2:
            return


class Tie:
    """Table tennis and judo of teams."""

    def play(self, held: Held, /) -> Rows:
        return _standing(held, [*played(held)])

    def beats(self, held: Held, _rows: Rows, /) -> Iterator[Beat]:
        parts = [*played(held)]
        length = held.unit.end - held.unit.start
        for count, part in enumerate(parts, 1):
            rows = [
                result(place, place, f'Result="{row.text}" ResultType="POINTS" ', "", row.entrant.xml)
                for place, row in enumerate(_standing(held, parts[:count]), 1)
            ]
            share = (part.unit.end - held.unit.start) / length
            yield Beat(min(share, 1.0), rows, "".join(rows), _periods(held, parts[:count]), is_break=count < len(parts))

    def closing(self, held: Held, rows: Rows, /) -> Closing:
        return Closing(_periods(held, [*played(held)]), tuple(("", row.entrant.xml) for row in rows))


def _standing(held: Held, parts: list[Part]) -> Rows:
    """Both teams with the matches they won, and who has won once one of them has enough."""
    won = [sum(part.rows[side].wlt == "W" for part in parts) for side in range(2)]
    is_over = max(won) > len(held.unit.parts) // 2
    marks = ("", "") if not is_over else ("W", "L") if won[0] > won[1] else ("L", "W")
    return tuple(
        Row(entrant, -count, str(count), "POINTS", wlt=mark)
        for entrant, count, mark in zip(held.starters, won, marks, strict=True)
    )


def _periods(held: Held, parts: list[Part]) -> str:
    """A line for each match with its own score, and the whole."""
    lines = []
    for count, part in enumerate(parts, 1):
        home, away = (row.text for row in _standing(held, parts[:count]))
        first, second = part.rows
        lines.append(
            f'<Period Code="M{count}" HomeScore="{home}" AwayScore="{away}" '
            f'HomePeriodScore="{first.text}" AwayPeriodScore="{second.text}"/>'
        )
    home, away = (row.text for row in _standing(held, parts))
    whole = f'<Period Code="TOT" HomeScore="{home}" AwayScore="{away}"/>'
    one, other = held.starters
    return f'<Periods Home="{one.id}" Away="{other.id}">{"".join(lines)}{whole}</Periods>'
