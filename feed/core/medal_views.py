"""What is shown of medals: the ledger entry by entry, and a table for the events of one gender."""

import msgspec

from feed.core.entry import Entry
from feed.core.standings import Counts, standings
from schemas.ledger import LedgerBody, MedalView
from schemas.medal_table import MedalRow
from schemas.message import Micros, Op
from schemas.topic import escape


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the ledger with the sequence it has; `moment` is that of its cause, in microseconds UTC."""

    seq: int
    topic: str
    moment: Micros
    entry: LedgerBody


class Journal:
    """The entries of one competition, in the order in which they were written."""

    def __init__(self) -> None:
        self.seq = 0
        self.rows: list[LedgerRow] = []

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        message = _MESSAGE.decode(entry.json)
        if message.body is not None:
            row = LedgerRow(seq=entry.seq, topic=entry.topic, moment=message.ts.event, entry=message.body)
            self.rows.append(row)

    def chosen(
        self, view: MedalView, events: frozenset[str], nocs: frozenset[str], causes: frozenset[str] = frozenset()
    ) -> tuple[LedgerRow, ...]:
        """Those of a view, of some events, organisations and causes (sequences) where any are named."""
        return tuple(
            row
            for row in self.rows
            if row.entry.view is view
            and (not events or row.entry.event in events)
            and (not nocs or row.entry.winner.noc in nocs)
            and (not causes or str(row.entry.cause.seq) in causes)
        )


class Journals:
    """The view of a board that holds every competition's ledger."""

    def __init__(self) -> None:
        self._journals: dict[str, Journal] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind == "ledger" and entry.index.op is Op.PUT:
            self._journals.setdefault(entry.topic.partition(".")[0], Journal()).apply(entry)

    def of(self, competition: str) -> Journal:
        """An empty one where nobody has a medal yet."""
        return self._journals.get(escape(competition)) or Journal()


def of_gender(rows: tuple[MedalRow, ...], gender: str) -> tuple[MedalRow, ...]:
    """The same table for the events of one gender alone, ranked anew."""
    counted = {row.noc: row.genders[gender] for row in rows if gender in row.genders}
    ranked = standings({noc: Counts(each.gold, each.silver, each.bronze) for noc, each in counted.items()})
    return tuple(MedalRow(**row._asdict(), genders={gender: counted[row.noc]}) for row in ranked)


class _Stamps(msgspec.Struct):
    event: Micros


class _Message(msgspec.Struct):
    ts: _Stamps
    body: LedgerBody | None


_MESSAGE = msgspec.json.Decoder(_Message)
