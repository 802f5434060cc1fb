"""How medals came and went in a stream, beside the truth."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from replay.load.truth_file import Held, Step, Truth
from replay.load.untrue import Untrue, Wrong
from replay.simulate.oracle import Oracle
from replay.verify.delivered import Delivered
from schemas.ledger import Ledger, MedalAction, MedalView
from schemas.medal_table import MedalRow, MedalTable

OFFICIAL: Final = MedalView.OFFICIAL
_ALL_DISCIPLINES: Final = "GEN"
_counted: Final = msgspec.json.Decoder(Ledger | MedalTable)


def course_differences(truth: Truth, messages: Iterable[Delivered]) -> Iterator[Untrue]:
    """The official ledger of a stream beside the steps of the truth, and its tables beside a count of the ledger."""
    oracle = Oracle(io.BytesIO())
    steps: dict[tuple[str, int], tuple[set[Held], set[Held]]] = defaultdict(lambda: (set(), set()))
    held: defaultdict[str, set[Held]] = defaultdict(set)
    for message in messages:
        told = _counted.decode(message.raw)
        if told.body is None or told.body.view is not OFFICIAL:
            continue
        if isinstance(told, Ledger):
            event, winner = told.body.event, told.body.winner
            medal = told.body.medal, winner.id, winner.noc or ""
            is_award = told.body.action is MedalAction.AWARDED
            steps[event, told.body.cause.seq][0 if is_award else 1].add(medal)
            (held[event].add if is_award else held[event].discard)(medal)
            oracle.won(event, held[event], 0, {})
        elif told.code.startswith(_ALL_DISCIPLINES):
            where = f"of seq {message.seq}"
            for detail in table_differences(tuple(oracle.rows()), told.body.rows):
                yield Untrue(Wrong.WRONG_MEDALS, message.topic, f"{where}, {detail}")
    yield from _of_steps(truth.steps, steps)


def table_differences(right: tuple[MedalRow, ...], found: tuple[MedalRow, ...]) -> Iterator[str]:
    """Rows that are not the same, in words, and an order of the same rows that is another."""
    ours, theirs = {row.noc: row for row in right}, {row.noc: row for row in found}
    wrong = [noc for noc in sorted(ours.keys() | theirs.keys()) if ours.get(noc) != theirs.get(noc)]
    for noc in wrong:
        yield f"{noc} has {_medals(theirs.get(noc))} in the place of {_medals(ours.get(noc))}"
    if not wrong and right != found:
        yield "its rows are in another order"


def _of_steps(
    right: Mapping[str, Counter[Step]], found: Mapping[tuple[str, int], tuple[set[Held], set[Held]]]
) -> Iterator[Untrue]:
    counted: defaultdict[str, Counter[Step]] = defaultdict(Counter)
    for (event, _), (awarded, withdrawn) in found.items():
        counted[event][frozenset(awarded), frozenset(withdrawn)] += 1
    for event in sorted(right.keys() | counted.keys()):
        ours, theirs = right.get(event, Counter()), counted.get(event, Counter())
        for step in (ours - theirs).elements():
            yield Untrue(Wrong.WRONG_MEDALS, "", f"{event} never {_words(step)}")
        for step in (theirs - ours).elements():
            yield Untrue(Wrong.WRONG_MEDALS, "", f"{event} {_words(step)}, which is not so")


def _medals(row: MedalRow | None) -> str:
    return (
        "nothing"
        if row is None
        else f"rank {row.rank} ({row.rank_total} by total) with {row.gold}-{row.silver}-{row.bronze}"
    )


def _words(step: Step) -> str:
    told = [f"{word} {_listed(medals)}" for word, medals in zip(("awarded", "took back"), step, strict=True) if medals]
    return " and ".join(told) or "moved nothing"


def _listed(medals: Iterable[Held]) -> str:
    return ", ".join(f"{medal} of {who} ({noc})" for medal, who, noc in sorted(medals))
