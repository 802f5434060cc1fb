"""What follows when the open places of a unit are taken: kind `pairing`.

A place is open while a start list or a bracket names nobody for it and somebody may still come. The first document that
names everybody, of whatever kind, is the cause; one that says the same again adds nothing. Only the document that told
a pair takes it back: a schedule is often behind the bracket. Units whose sides never were open are not spoken of.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from feed.core.derived import Remembering, derived_envelope
from feed.core.entry import Entry
from feed.core.schedule_changes import planned
from feed.core.sides import WORDS, Origin, Side, units_in
from schemas import wire
from schemas.message import Op
from schemas.pairing import Paired, Pairing, PairingBody
from schemas.registry import AnyMessage
from schemas.rsc import Level, Rsc, parse_code
from schemas.topic import Topic, parse_topic, place_of
from schemas.unit import Unit, UnitBody

KIND = "pairing"
_START_LIST = "START_LIST"
_NO_UNIT = UnitBody(code="")

Sides = tuple[Side, ...]


class Pairings(Remembering):
    """By place of a unit: its sides when they were open last, its own message, and the pair that was told."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, Sides] = {}
        self._units: dict[str, int] = {}
        self._told: dict[str, Pairing] = {}

    def learn(self, entry: Entry) -> None:
        """Take over which places are open, where the schedule tells of a unit, and what was told."""
        if entry.kind == KIND:
            self.recall(entry)
        elif entry.kind in WORDS:
            if entry.kind == "unit":
                self._units[place_of(entry.topic)] = entry.seq
            self._open.update(_open_of(_said(entry, entry.json)))

    def apply(self, message: AnyMessage) -> None:
        """Keep the pair of a unit."""
        if isinstance(message, Pairing):
            self._told[place_of(message.topic)] = message

    def concerns(self, entry: Entry) -> bool:
        """Whether it may decide a pair whose places were open, or take one back."""
        if entry.kind not in WORDS:
            return False
        if entry.index.op is not Op.PUT:
            return any(True for _ in self._told_by(entry))
        if entry.kind == "bracket" or (entry.kind == "unit" and entry.prev):
            return True
        place = place_of(entry.topic)
        return not _is_played(entry) and (place in self._open or place in self._told)

    def before(self, entry: Entry) -> frozenset[int]:
        """What its topic said before, and the units that it decides."""
        decided = self._decided(entry)
        seqs = (entry.prev, *(self._units.get(place, 0) for place in decided)) if decided else ()
        return frozenset(seq for seq in seqs if seq not in {0, entry.seq})

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """A message for each unit whose places are taken now, or open again."""
        prior = earlier.get(entry.prev)
        was_open = self._open | (_open_of(_said(entry, wire.encode(prior))) if prior else {})
        known = {**earlier, entry.seq: message}
        made: list[AnyMessage] = []
        for place, sides in self._decided(entry).items():
            if place in was_open or place in self._told:
                unit = known.get(self._units.get(place, 0))
                planned_ = unit.body if isinstance(unit, Unit) and unit.body else _NO_UNIT
                body = _body(place, planned_, _paired(sides, was_open.get(place, ())), entry.topic)
                made.append(self._pairing(entry, message, body))
        opened = _open_of(_said(entry, entry.json))
        for place, told in sorted(self._told_by(entry)):
            if entry.index.op is not Op.PUT or place in opened:
                made.append(self._pairing(entry, message, replace(told, sides=())))
        return made

    def _decided(self, entry: Entry) -> dict[str, Sides]:
        """Units in which everybody is named, and others than were told."""
        return {
            place: sides
            for place, sides in _said(entry, entry.json).items()
            if _is_pair(sides) and _ids(sides) != self._ids_told(place)
        }

    def _ids_told(self, place: str) -> list[str]:
        told = self._told.get(place)
        return [side.id for side in told.body.sides] if told and told.body else []

    def _told_by(self, entry: Entry) -> Iterator[tuple[str, PairingBody]]:
        """The pairs that stand because this topic said so."""
        for place, told in self._told.items():
            if told.body and told.body.sides and told.body.by == entry.topic:
                yield place, told.body

    def _pairing(self, cause: Entry, like: AnyMessage, body: PairingBody) -> Pairing:
        code = parse_code(body.unit)
        topic = str(Topic(like.competition, code, KIND))
        told = self._told.get(place_of(topic))
        supersedes = told.seq if told and told.body and told.body.sides else None
        envelope = derived_envelope(like, code, topic, cause.seq)
        return Pairing(**envelope | {"unit": body.unit, "supersedes": supersedes}, body=body)


def _said(entry: Entry, text: bytes) -> dict[str, Sides]:
    """The sides of units by their places, as a message of this entry's topic says."""
    if _is_played(entry):
        return {}
    units = units_in(entry.kind, text)
    if entry.kind != "bracket":
        return {place_of(entry.topic): sides for sides in units.values()}
    competition = parse_topic(entry.topic).competition
    codes = ((parse_code(unit), sides) for unit, sides in units.items())
    return {
        place_of(str(Topic(competition, code, KIND))): sides
        for code, sides in codes
        if isinstance(code, Rsc) and code.level is Level.UNIT  # others name a match by its number
    }


def _is_played(entry: Entry) -> bool:
    """Whether it is a result that is more than a start list: it decides no pair."""
    return entry.kind == "result" and entry.index.status != _START_LIST


def _open_of(said: Mapping[str, Sides]) -> dict[str, Sides]:
    return {place: sides for place, sides in said.items() if any(_is_open(side) for side in sides)}


def _is_open(side: Side) -> bool:
    return side.id is None and not side.is_empty


def _is_pair(sides: Sides) -> bool:
    """Whether nobody is missing, and at least two are there: who has a bye meets nobody."""
    return len(_ids(sides)) > 1 and not any(_is_open(side) for side in sides)


def _ids(sides: Sides) -> list[str]:
    return [side.id for side in sides if side.id]


def _body(place: str, unit: UnitBody, sides: tuple[Paired, ...], by: str) -> PairingBody:
    start, _ = planned(unit)
    return PairingBody(
        unit=str(parse_topic(f"{place}.{KIND}").code),
        names=unit.names,
        start=None if unit.start_hidden else start,
        session=unit.session,
        venue=unit.venue,
        location=unit.location,
        sides=sides,
        by=by,
    )


def _paired(sides: Sides, opened: Sides) -> tuple[Paired, ...]:
    """Where a side does not say any more what its place had waited for, the open place of before does."""
    waited = [side.origin for side in opened] if len(opened) == len(sides) else [None] * len(sides)
    return tuple(_named(side, side.origin or origin) for side, origin in zip(sides, waited, strict=True) if side.id)


def _named(side: Side, origin: Origin | None) -> Paired:
    return Paired(
        id=side.id or "",
        kind=side.kind,
        noc=side.noc,
        name=side.name,
        members=side.members,
        previous_unit=origin.unit if origin else None,
        previous_wlt=origin.wlt if origin else None,
        previous_value=origin.value if origin else None,
    )
