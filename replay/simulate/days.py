"""What frames the competition: the Games' good morning and good night, the venues' signs of life, the weather."""

from collections.abc import Iterator

from replay.simulate.contest import Contest
from replay.simulate.draws import Draws
from replay.simulate.model import Draft, general_code
from replay.simulate.moments import DAY, HOUR, MINUTE, day_of
from replay.simulate.rows import source, venue

_BEAT = 10 * MINUTE
_OPENS, _CLOSES = 45 * MINUTE, 40 * MINUTE
_GREETING = 6 * HOUR
_NIGHT = 23 * HOUR + 50 * MINUTE
_ON = '<Config KADelay="600" DelayOffSet="120"/>'


def greetings(days: list[int]) -> Iterator[Draft]:
    """Of all of the Games, day by day."""
    for day in days:
        yield Draft(day + _GREETING, "DT_GLOBAL_GM", general_code(), "", "ODS1")
        yield Draft(day + _NIGHT, "DT_GLOBAL_GN", general_code(), "", "ODS1")


def venue_days(contests: list[Contest], seed: int, days: list[int]) -> Iterator[Draft]:
    """A discipline's system is on from before its first unit of a day to after the last one's result."""
    discipline = contests[0].event.discipline
    units = [unit for contest in contests for unit in contest.event.units]
    code = f"{discipline}{'-' * 23}{venue(discipline)}-----"
    sender = source(discipline)
    for day in days:
        today = [unit for unit in units if day <= unit.start < day + DAY]
        if not today:
            continue
        first, last = min(unit.planned for unit in today) - _OPENS, max(unit.end for unit in today) + _CLOSES
        yield Draft(first, "DT_LOCAL_ON", code, _ON, sender)
        draws = Draws(seed, "weather", discipline, str(day))
        for number, at in enumerate(range(first + _BEAT, last, _BEAT)):
            yield Draft(at, "DT_KA", code, "", sender)
            if number % 6 == 0:
                yield _weather(discipline, at + 1, draws)
        yield Draft(last, "DT_LOCAL_OFF", code, "", sender)


def _weather(discipline: str, at: int, draws: Draws) -> Draft:
    body = (
        f'<Weather Date="{day_of(at)}"><Conditions Code="GEN" Humidity="{draws.between(30, 90)}" Wind_Direction="NW">'
        f'<Condition Code="SKY" Value="{draws.pick(("SUN", "CLD", "RAI"))}"/>'
        f'<Temperature Code="AIR" Unit="C" Value="{draws.between(14, 34)}"/>'
        f'<Wind Code="SPEED" Unit="MS" Value="{draws.between(0, 9)}.{draws.below(10)}"/></Conditions></Weather>'
    )
    return Draft(at, "DT_WEATHER", general_code(discipline), body, source(discipline), subcode=venue(discipline))
