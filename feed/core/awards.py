"""Which medals a message says somebody has: by unit, as far as the message speaks of it.

Rules: General Messages, DT_MEDALLISTS, DT_RESULT, DT_SCHEDULE (Unit/@Medal: 1 gold is decided here, 2 silver, 3
bronze); Foundation Principles 2.6 (statuses).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.competitor import Competitor, Rows
from schemas.contender import PLACEHOLDERS
from schemas.ledger import MedalView, Winner
from schemas.medallists import Medallists, MedallistsBody
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.result_parts import Member
from schemas.rsc import Rsc

MEDALS = ("gold", "silver", "bronze")
PHOTO_FINISH = "photo_finish"  # while it is open the order is theoretical; a protest leaves the order as it is
WHOLE_EVENT = ""  # in the place of a unit, for medals that no single unit decides
FINAL = "FNL-"
SEMIFINAL = "SFNL"
_BY_RANK = dict(zip(("1", "2", "3"), MEDALS, strict=True))
_SIDES = 2
_WHOLE_UNIT = ("--", "00")  # without subunits, and the parent of some: a match of several races
_WINS, _LOSSES = frozenset("WV"), frozenset("LD")  # fencing says victory and defeat
# The newest version counts once all play is over; what is still open or live again gives no medal.
OVER = frozenset({"UNCONFIRMED", "UNOFFICIAL", "PARTIAL", "OFFICIAL", "PROTESTED", "PROVISIONAL"})
_SIGNED = {"medallists": frozenset({"OFFICIAL", "PARTIAL"})}
_OFFICIAL = frozenset({"OFFICIAL"})


class Award(NamedTuple):
    """One medal that somebody has."""

    medal: str
    winner: Winner


Awards = dict[str, tuple[Award, ...]]


def awards_of(message: AnyMessage, view: MedalView, medal: str | None = None) -> Awards | None:
    """The awards by unit, or None where the message says nothing about the medals of this view.

    `medal` is what the schedule says is decided in the result's unit, None where it says nothing.
    """
    body = message.body
    unit = message.unit or WHOLE_EVENT
    if message.op is not Op.PUT:  # the document is taken back, and with it all that it said
        return {} if isinstance(message, Medallists) else {unit: ()}
    kind = type(message).__struct_config__.tag
    if view is MedalView.OFFICIAL and message.status not in _SIGNED.get(str(kind), _OFFICIAL):
        return None
    is_over = message.status in OVER
    if isinstance(body, MedallistsBody):
        return _of_medallists(body) if is_over else {}
    if not isinstance(body, Rows):
        return None
    if not is_over or body.decision.reason == PHOTO_FINISH:
        return {unit: ()}
    return {unit: tuple(_of_rows(body.competitors, message.code, medal))}


def medal_by_form(code: Rsc) -> str | None:
    """What a unit decides as far as its code tells: the first of the final is for gold, the second for bronze."""
    if code.phase != FINAL:
        return None
    number, subunit = code.unit[:6], code.unit[6:]
    return {"000100": "1", "000001": "1", "000200": "3"}.get(number) if subunit in _WHOLE_UNIT else None


def _of_medallists(body: MedallistsBody) -> Awards:
    found: dict[str, list[Award]] = {}
    for medal in body.medals:
        rows = found.setdefault(medal.unit or WHOLE_EVENT, [])
        rows += [
            Award(medal.medal, _winner(each.id, each.kind, each.noc, each.name, each.members))
            for each in medal.competitors
            if each.id not in PLACEHOLDERS and medal.medal in MEDALS
        ]
    return {unit: tuple(rows) for unit, rows in found.items()}


def _of_rows(rows: tuple[Competitor, ...], code: str, medal: str | None) -> Iterable[Award]:
    """Head to head by win and loss, otherwise by rank: who ties shares one, and the next is left out."""
    present = [row for row in rows if row.id not in PLACEHOLDERS]
    if len(present) == _SIDES and any(row.wlt in _WINS for row in present):
        medals = _head_to_head(code, medal)
        sides = ((row, "won" if row.wlt in _WINS else "lost") for row in present if row.wlt in _WINS | _LOSSES)
        return [Award(medals[side], _of_row(row)) for row, side in sides if side in medals]
    # A match for bronze without a winner named is ranked within the event; a B final has the same form of code.
    decided = {"1": tuple(_BY_RANK), "3": ("3",) if len(present) == _SIDES else ()}.get(medal or "", ())
    return [Award(_BY_RANK[row.rank], _of_row(row)) for row in present if row.rank in decided]


def _head_to_head(code: str, medal: str | None) -> Mapping[str, str]:
    """In a semi-final that decides bronze it is the loser who has it (boxing)."""
    if medal == "1":
        return {"won": "gold", "lost": "silver"}
    if medal == "3":
        return {"lost": "bronze"} if code[22:26] == SEMIFINAL else {"won": "bronze"}
    return {}


def _of_row(row: Competitor) -> Winner:
    return _winner(row.id, row.kind, row.noc, row.name, row.members)


def _winner(id_: str, kind: str | None, noc: str | None, name: str | None, members: tuple[Member, ...]) -> Winner:
    athletes = tuple(dict.fromkeys(member.id for member in members)) or ((id_,) if kind == "athlete" else ())
    return Winner(id=id_, kind=kind, noc=noc, name=name, athletes=athletes)
