"""A results system sends all its signed results of the day once more, at once, and the start lists of the next day.

As recorded in Paris: 33 units of tennis in one second, 54 of archery in one minute. Versions rise, the content is the
same, or hardly another.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from replay.simulate.aftermath import Aftermath
from replay.simulate.contest import Contest
from replay.simulate.draws import Draws
from replay.simulate.legs import is_of_legs
from replay.simulate.model import Draft, Unit
from replay.simulate.moments import DAY, HOUR, MINUTE
from replay.simulate.story import Story

_ODDS = 0.4  # of a day; the first one has it always
_FEWEST = 4  # units of a discipline that are worth it
_STEP = 4  # milliseconds between two documents
_EVERY = 5  # units, of which one has another judge now

Told = tuple[Contest, Unit]


class Burst(NamedTuple):
    """From when on, of which units results, and of which start lists."""

    at: int
    signed: Sequence[Told]
    coming: Sequence[Told]


def bursts(units: Sequence[Told], seed: int) -> list[Burst]:
    """One of the discipline with the most units, on some days."""
    days: dict[int, dict[str, list[Told]]] = defaultdict(lambda: defaultdict(list))
    whole = (pair for pair in units if not pair[1].whole)
    for each in sorted(whole, key=lambda pair: (pair[1].start, pair[1].code)):
        days[each[1].start // DAY][each[0].event.discipline].append(each)
    found: list[Burst] = []
    for day, groups in sorted(days.items()):
        draws = Draws(seed, "burst", str(day))
        discipline = max(groups, key=lambda name: (len(groups[name]), name))
        signed = groups[discipline]
        if len(signed) < _FEWEST or not (draws.chance(_ODDS) or not found):
            continue
        at = max(each.outcomes[unit.code].official for each, unit in signed) + draws.between(5, 40) * MINUTE
        coming = [pair for pair in days[day + 1][discipline] if _is_known(pair, at)] if day + 1 in days else []
        found.append(Burst(at, signed, coming))
    return found


def _is_known(pair: Told, at: int) -> bool:
    """Whether it is long before the start, and no other unit decides who starts."""
    contest, unit = pair
    is_first = any(each is unit for each in contest.event.phases[0])
    return is_first and min(unit.planned, unit.start) > at + 2 * HOUR


def drafts(burst: Burst, seed: int) -> Iterator[Draft]:
    """All documents of it."""
    at = burst.at
    for number, (contest, unit) in enumerate(burst.signed, 1):
        story = Story(contest, unit, seed)
        again = [*story.signed_again(at, other_judge=number % _EVERY == 0)]
        if not is_of_legs(contest.event):  # the total of an earlier leg would take the place of a later one
            again += Aftermath(contest).standing(unit, at)
        for draft in again:
            at += _STEP
            yield draft._replace(at=at)
    for contest, unit in burst.coming:
        at += _STEP
        yield Story(contest, unit, seed).start_list(at)
