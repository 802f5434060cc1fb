"""The medal ledger: who has which medal, and the entries that a message adds.

Its state is the sum of its entries and nothing else, so it is the same after a restart. By unit the newest word counts,
with one exception: where medallists said something else than the result before them, only medallists move a medal
(General Messages, DT_MEDALLISTS: in some events the result of the last unit is not the order of the event).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from feed.core.awards import MEDALS, WHOLE_EVENT, Award, Awards
from feed.core.balance import Balance
from feed.errors import ContradictionError
from schemas.ledger import LedgerBody, MedalAction, MedalCause, MedalView

MEDALLISTS = "medallists"
DISCIPLINE = 3  # characters of an event's code


class _Held(NamedTuple):
    """A medal as it stands, and the kind of message that said so."""

    award: Award
    unit: str
    said_by: str


class Book:
    """The ledger of one competition in one view: what it says now, by event."""

    def __init__(self, view: MedalView) -> None:
        self.view = view
        self._events: dict[str, list[_Held]] = {}
        self._balances: dict[str, Balance] = {}

    def apply(self, entry: LedgerBody) -> None:
        """Add an entry that is in the stream; raises ContradictionError for one that takes what nobody has."""
        held = self._events.setdefault(entry.event, [])
        found = _Held(Award(entry.medal, entry.winner), entry.unit or WHOLE_EVENT, entry.cause.type)
        if entry.action is MedalAction.AWARDED:
            held.append(found)
            self._count(entry)
            return
        same = next((each for each in held if _name(each) == (entry.medal, entry.winner.id, entry.winner.noc)), None)
        if same is None:
            detail = f"the ledger takes {entry.medal} of {entry.event} from {entry.winner.id}, who does not have it"
            raise ContradictionError(detail)
        held.remove(same)
        self._count(entry)

    def balance(self, scope: str) -> Balance:
        """The medals of a discipline, counted; without one, of all."""
        return self._balances.get(scope) or Balance()

    def has(self, event: str) -> bool:
        """Whether there is a medal in an event."""
        return bool(self._events.get(event))

    def events(self) -> Iterator[tuple[str, list[Award]]]:
        """Events in which there is a medal, with their awards."""
        return ((event, [each.award for each in held]) for event, held in self._events.items() if held)

    def needs_before(self, event: str, unit: str) -> bool:
        """Whether a result of this unit counts only if the one before it agreed with the medallists."""
        return any(each.said_by == MEDALLISTS for each in self._of(event, unit))

    def entries(
        self, event: str, said: Awards, cause: MedalCause, before: Awards | None = None
    ) -> tuple[LedgerBody, ...]:
        """What a message adds: what it takes from somebody first, then what it gives.

        `before` is what the message's predecessor said, where `needs_before`.
        """
        new = self._after(event, said, cause, before)
        old = self._events.get(event, [])
        if new is None:
            return ()
        lost = [each for each in old if not _is_in(each, new)]
        won = [each for each in new if not _is_in(each, old)]
        return (
            *self._written(MedalAction.WITHDRAWN, event, lost, cause, moved=bool(won)),
            *self._written(MedalAction.AWARDED, event, won, cause, moved=bool(lost)),
        )

    def _count(self, entry: LedgerBody) -> None:
        for scope in ("", entry.event[:DISCIPLINE]):
            self._balances.setdefault(scope, Balance()).apply(entry)

    def _after(self, event: str, said: Awards, cause: MedalCause, before: Awards | None) -> list[_Held] | None:
        """The medals of the event once the message holds; None when it does not count."""
        old = self._events.get(event, [])
        all_said = [_Held(award, unit, cause.type) for unit, awards in said.items() for award in awards]
        new = list({_name(each): each for each in reversed(all_said)}.values())  # nobody has the same medal twice
        if cause.type == MEDALLISTS:
            is_part = cause.status == "PARTIAL"
            return new + [each for each in old if is_part and each.said_by != MEDALLISTS and each.unit not in said]
        units = set(said)
        if any(each.unit == WHOLE_EVENT for each in old) and WHOLE_EVENT not in units:
            return None
        for unit in units:
            if self.needs_before(event, unit) and (before is None or not _agrees(self._of(event, unit), before, unit)):
                return None
        if WHOLE_EVENT in units:
            return new
        return new + [each for each in old if each.unit not in units]

    def _of(self, event: str, unit: str) -> list[_Held]:
        return [each for each in self._events.get(event, []) if each.unit == unit]

    def _written(
        self, action: MedalAction, event: str, held: Iterable[_Held], cause: MedalCause, *, moved: bool
    ) -> list[LedgerBody]:
        ordered = sorted(held, key=lambda each: MEDALS.index(each.award.medal))
        return [
            LedgerBody(
                view=self.view,
                action=action,
                medal=each.award.medal,
                event=event,
                unit=each.unit or None,
                winner=each.award.winner,
                cause=cause,
                moved=moved,
            )
            for each in ordered
        ]


def _is_in(held: _Held, others: Iterable[_Held]) -> bool:
    """The same medal of the same winner; who says so, and of which unit, moves nothing."""
    return any((each.award.medal, each.award.winner.id, each.award.winner.noc) == _name(held) for each in others)


def _name(held: _Held) -> tuple[str, str, str | None]:
    return held.award.medal, held.award.winner.id, held.award.winner.noc


def _agrees(held: list[_Held], before: Awards, unit: str) -> bool:
    said = {(award.medal, award.winner.id) for award in before.get(unit, ())}
    return said == {(each.award.medal, each.award.winner.id) for each in held}
