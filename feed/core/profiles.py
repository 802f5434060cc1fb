"""What is shown of an athlete or a team, and of an organisation: who they are, their units, and their medals."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import msgspec

from feed.core.agenda import Agenda, UnitRow
from feed.core.medal_views import Journal, LedgerRow
from feed.core.progression import next_of
from feed.core.sides import Side
from schemas.ledger import MedalAction, MedalView

Row = TypeVar("Row")


class Page(NamedTuple):
    """Which rows of a list are wanted."""

    offset: int
    limit: int

    def cut(self, rows: Sequence[Row]) -> tuple[Sequence[Row], int | None]:
        """The rows, and where those begin that come after them."""
        end = self.offset + self.limit
        return rows[self.offset : end], end if end < len(rows) else None


class Medal(msgspec.Struct, frozen=True):
    """A medal that somebody has, and the entry of the ledger that awarded it."""

    medal: str
    event: str
    unit: str | None
    competitor: str
    seq: int


class MedalSum(msgspec.Struct, frozen=True):
    """Medals of an organisation."""

    gold: int = 0
    silver: int = 0
    bronze: int = 0
    total: int = 0


class Profile(msgspec.Struct, frozen=True):
    """An athlete, or a team; messages stand as they were delivered.

    `upcoming` are the units that are not over, by start, with those they may still come to (`decided` false); `past`
    the others, newest first. `medals` are those of now, `history` every award and withdrawal, both official.
    """

    ids: tuple[str, ...]
    participants: tuple[msgspec.Raw, ...]
    teams: tuple[msgspec.Raw, ...]
    entries: tuple[str, ...]
    upcoming: tuple[UnitRow, ...]
    past: tuple[UnitRow, ...]
    next: int | None
    medals: tuple[Medal, ...]
    history: tuple[LedgerRow, ...]


class Delegation(msgspec.Struct, frozen=True):
    """An organisation: how many people and teams it has, its medals of now, and its units by start."""

    participants: int
    teams: int
    medals: MedalSum
    units: tuple[UnitRow, ...]
    next: int | None


def profile(agenda: Agenda, journal: Journal, name: str, page: Page) -> Profile | None:
    """What is known of an athlete or a team; None where that is nothing. `page` is of the units that are over."""
    cast = agenda.cast
    ids = cast.ids_of(name)
    squads = cast.squads_of(ids)
    now = cast.units_of(frozenset(ids), frozenset(squads))
    people = {person.entry.topic: person.entry for each in ids for person in cast.people.about(each)}
    teams = {entry.topic: entry for each in (*ids, *squads) for entry in cast.teams.about(each)}
    entered = {entry.topic: None for each in (*ids, *squads) for entry in cast.entered.about(each)}
    history = tuple(row for row in journal.chosen(MedalView.OFFICIAL, frozenset(), frozenset()) if _won(row, ids))
    if not (now or people or teams or entered or history):
        return None
    upcoming = _upcoming(agenda, now)
    past, following = page.cut(agenda.in_order(unit for unit in now if agenda.is_over(unit))[::-1])
    return Profile(
        ids=ids,
        participants=tuple(msgspec.Raw(entry.json) for entry in people.values()),
        teams=tuple(msgspec.Raw(entry.json) for entry in teams.values()),
        entries=tuple(entered),
        upcoming=tuple(agenda.row(unit, now, decided=unit in now) for unit in upcoming[: page.limit]),
        past=tuple(agenda.row(unit, now) for unit in past),
        next=following,
        medals=tuple(held(history)),
        history=history,
    )


def delegation(agenda: Agenda, journal: Journal, noc: str, day: tuple[int, int] | None, page: Page) -> Delegation:
    """What is known of an organisation; with a `day` its units of that day, else those that are not over."""
    cast = agenda.cast
    now = cast.units_of_noc(noc)
    units = agenda.in_order(now) if day else _upcoming(agenda, now)
    if day:
        starts = ((unit, agenda.start(unit)) for unit in units)
        units = [unit for unit, start in starts if start is not None and day[0] <= start < day[1]]
    shown, following = page.cut([unit for unit in units if agenda.may_be_shown(unit)])
    medals = [medal.medal for medal in held(journal.chosen(MedalView.OFFICIAL, frozenset(), frozenset((noc,))))]
    counts = {each: medals.count(each) for each in ("gold", "silver", "bronze")}
    people = {person.ids[-1] for person in cast.people_of.about(noc) if person.is_here}
    return Delegation(
        participants=len(people),
        teams=len(cast.teams_of.about(noc)),
        medals=MedalSum(**counts, total=len(medals)),
        units=tuple(agenda.row(unit, now, decided=unit in now) for unit in shown),
        next=following,
    )


def held(rows: Iterable[LedgerRow]) -> Iterable[Medal]:
    """The medals that are left when every entry has had its effect, in the order in which they were awarded."""
    found: dict[tuple[str, str, str], Medal] = {}
    for row in rows:
        entry = row.entry
        key = (entry.event, entry.medal, entry.winner.id)
        if entry.action is MedalAction.AWARDED:
            found[key] = Medal(entry.medal, entry.event, entry.unit, entry.winner.id, row.seq)
        else:
            found.pop(key, None)
    return found.values()


def _won(row: LedgerRow, ids: tuple[str, ...]) -> bool:
    winner = row.entry.winner
    return not {winner.id, *winner.athletes}.isdisjoint(ids)


def _upcoming(agenda: Agenda, now: Mapping[str, tuple[Side, ...]]) -> list[str]:
    """Units that are not over, with those that one of these sides may still come to."""
    units = chain(now, next_of(agenda.cast, now))
    return agenda.in_order(unit for unit in units if not agenda.is_over(unit) and agenda.may_be_shown(unit))
