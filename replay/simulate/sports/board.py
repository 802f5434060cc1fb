"""What is shown of a match: periods, both sides with what everybody did, the actions of the running period."""

from collections.abc import Sequence

from replay.simulate.model import Entrant, Format
from replay.simulate.people import member
from replay.simulate.rows import extended, result
from replay.simulate.sports.actions import CLOCKS, Action
from replay.simulate.sports.beat import Beat

_SET_CODES = {"tennis": "S", "sets5": "S", "sets11": "G", "sets21": "G", "sets25": "S", "doubles21": "G", "duel": "R"}

_FEW = 6  # members whose acts are told in snapshots of the moment too


class Board:
    """The state of one match."""

    def __init__(self, form: Format, sides: Sequence[Entrant], kind: str) -> None:
        self._minutes = form.minutes
        self._sides = sides
        self._kind = kind
        shape = form.shape
        self._code = _SET_CODES.get(shape) or CLOCKS[shape].code
        self._done: list[str] = []
        self._running = ""
        self._period = 0
        self._total = (0, 0)
        self._points = [[0] * len(side.people) for side in sides]
        self._tried = [[0] * len(side.people) for side in sides]
        self._people = [[member(person, order) for order, person in enumerate(side.people, 1)] for side in sides]
        self._members = [[f"{text}</Athlete>" for text in texts] for texts in self._people]
        self._around = [_around(side) for side in sides]
        self._actions: list[str] = []
        self._are_few = form.members <= _FEW

    def take(self, action: Action, share: float) -> None:
        """Something was done."""
        if action.period != self._period:
            self._period = action.period
            self._actions = []
        self._total = action.total
        side, player = action.side, action.player
        self._tried[side][player] += 1
        self._points[side][player] += action.points
        text = self._people[side][player]
        self._members[side][player] = f"{text}{_items(self._points[side][player], self._tried[side][player])}</Athlete>"
        home, away = action.score
        self._running = (
            f'<Period Code="{self.code}" HomeScore="{action.total[0]}" AwayScore="{action.total[1]}" '
            f'HomePeriodScore="{home}" AwayPeriodScore="{away}"/>'
        )
        self._actions.append(self._action(action, share))
        if action.is_last_of_period:
            self._done.append(self._running)
            self._running = ""

    @property
    def code(self) -> str:
        """The running period's."""
        return f"{self._code}{self._period}"

    def periods(self) -> str:
        """All so far and the whole."""
        home, away = self._total
        ids = f'Home="{self._sides[0].id}" Away="{self._sides[1].id}"'
        whole = f'<Period Code="TOT" HomeScore="{home}" AwayScore="{away}"/>'
        return f"<Periods {ids}>{''.join(self._done)}{self._running}{whole}</Periods>"

    def competitors(self) -> list[str]:
        """Both sides."""
        return [
            f"{around}{''.join(members)}</Composition></Competitor>"
            for around, members in zip(self._around, self._members, strict=True)
        ]

    def beat(self, action: Action, share: float) -> Beat:
        """What is told of an action."""
        rows, current = [], []
        for place, competitor in enumerate(self.competitors(), 1):
            told = extended("ACTIONS", str(sum(self._tried[place - 1])))
            attributes = f'Result="{self._total[place - 1]}" ResultType="{self._kind}" '
            rows.append(result(place, place, attributes, told, competitor))
            concerned = competitor if self._are_few else _bare(self._sides[place - 1])
            current.append(result(place, place, attributes, "", concerned))
        return Beat(
            share,
            rows,
            "".join(current),
            self.periods(),
            self.code,
            self._actions,
            is_break=action.is_last_of_period,
            side=self._sides[action.side].id,
            stats=self.figures(action.side),
        )

    def figures(self, side: int) -> str:
        """What everybody of a side did so far, and the side."""
        entrant = self._sides[side]
        members = "".join(
            f'<Athlete Code="{person.id}" Order="{order}"><Description GivenName="{person.given}" '
            f'FamilyName="{person.family}" Organisation="{person.noc}"/>{_items(points, tried)}</Athlete>'
            for order, (person, points, tried) in enumerate(
                zip(entrant.people, self._points[side], self._tried[side], strict=True), 1
            )
        )
        return (
            f'<Stats Code="CUM"><Competitor Code="{entrant.id}" Type="{"T" if entrant.is_team else "A"}" Order="1" '
            f'Organisation="{entrant.noc}">{_items(sum(self._points[side]), sum(self._tried[side]))}'
            f"<Composition>{members}</Composition></Competitor></Stats>"
        )

    def _action(self, action: Action, share: float) -> str:
        entrant = self._sides[action.side]
        person = entrant.people[action.player]
        minutes, seconds = divmod(int(share * self._minutes * 60), 60)
        code, outcome = ("SHOT", "MADE") if action.points else ("SHOT", "MISS")
        return (
            f'<Action Id="{action.number}" Period="{self.code}" Order="{action.number}" Action="{code}" '
            f'When="{minutes}:{seconds:02d}" Result="{outcome}" ScoreH="{action.total[0]}" ScoreA="{action.total[1]}">'
            f'<Competitor Code="{entrant.id}" Type="{"T" if entrant.is_team else "A"}" Organisation="{entrant.noc}">'
            f'<Composition><Athlete Code="{person.id}" Order="1"/></Composition></Competitor></Action>'
        )


def _items(points: int, tried: int) -> str:
    rate = 100 * points // tried if tried else 0
    return (
        f'<StatsItems><StatsItem Type="ST" Code="PTS" Value="{points}"/>'
        f'<StatsItem Type="ST" Code="ACT" Value="{tried}"/>'
        f'<StatsItem Type="ST" Code="RATE" Value="{rate}"/></StatsItems>'
    )


def _around(side: Entrant) -> str:
    return side.xml[: side.xml.index("<Composition>")] + "<Composition>"


def _bare(side: Entrant) -> str:
    return f'<Competitor Code="{side.id}" Type="{"T" if side.is_team else "A"}" Organisation="{side.noc}"/>'
