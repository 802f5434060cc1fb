"""Who asks for what, drawn from the topics of the capture that will be played: the same seed, the same subscribers.

Each subscriber draws for itself, so more of one tier change none of another.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from feed.errors import FeedError
from replay.blocks import Captured
from replay.header import attributes
from replay.load.profile import Draw, Tier
from replay.load.subscription import Subscription
from schemas.rsc import parse_code
from schemas.topic import BadKeyError, Topic, place_of

BOARD_UNITS: Final = 3
LIST_UNITS: Final = (1, 5)
LIST_EVENTS: Final = (1, 3)
DISCIPLINE_SHARE: Final = 0.1  # of watch lists that follow the results of a discipline
EVENT_SHARE: Final = 0.4
_NONE: Final = "-"


class DrawError(FeedError):
    """The capture has nothing to draw from."""


class Places(NamedTuple):
    """What the documents of a capture speak of, as beginnings of filters, in the order of their texts.

    `sources` are who sent them, who sent most first.
    """

    units: Sequence[str]
    events: Sequence[str]
    disciplines: Sequence[str]
    competitions: Sequence[str]
    sources: Sequence[str]
    documents: int

    def filters(self, draw: Draw, chance: random.Random) -> tuple[str, ...]:
        """What one subscriber asks for."""
        if draw is Draw.EVERYTHING:
            return ()
        if draw is Draw.BOARD:
            return _some(self.units, BOARD_UNITS, chance)
        share = chance.random()
        if share < DISCIPLINE_SHARE:
            return (f"{chance.choice(self.disciplines)}.*.*.*.*.result",)
        if share < DISCIPLINE_SHARE + EVENT_SHARE:
            return _some(self.events, chance.randint(*LIST_EVENTS), chance)
        return _some(self.units, chance.randint(*LIST_UNITS), chance)


def read_places(documents: Iterable[Captured]) -> Places:
    """The places of all documents of the production flag; raises DrawError where none is about a unit."""
    codes: set[tuple[str, str]] = set()
    sources: Counter[str] = Counter()
    for captured in documents:
        sources[captured.source] += 1
        header = attributes(captured.data, captured.encoding)
        if header and header.get("FeedFlag") != "T":
            codes.add((header.get("CompetitionCode", ""), header.get("DocumentCode", "")))
    tokens = [place.split(".") for place in _places(codes)]
    units = {".".join(each) for each in tokens if _NONE not in (each[1], each[3], each[4], each[5])}
    if not units:
        raise DrawError("no document of the capture is about a unit", hint="Name a capture of ODF documents.")
    events = {".".join(each[:4]) for each in tokens if _NONE not in (each[1], each[3])}
    disciplines = {".".join(each[:2]) for each in tokens if each[1] != _NONE}
    competitions = {each[0] for each in tokens}
    senders = [source for source, _ in sources.most_common()]
    return Places(
        units=sorted(units),
        events=sorted(events),
        disciplines=sorted(disciplines),
        competitions=sorted(competitions),
        sources=senders,
        documents=sources.total(),
    )


def subscriptions(tier: Tier, places: Places, seed: int, first: int, visit: int = 0) -> Iterator[Subscription]:
    """The subscribers of a tier in one of its visits, numbered from `first` on."""
    for place in range(tier.subscribers):
        chance = random.Random(f"{seed} {tier.name} {visit} {place}")  # noqa: S311 - repeatable on purpose
        yield Subscription(
            number=first + place,
            tier=tier.name,
            manner=tier.manner,
            filters=places.filters(tier.draw, chance),
            kinds=tier.kinds,
            snapshot=tier.snapshot,
            seed=chance.getrandbits(32),
            every=tier.every,
            bytes_per_second=tier.bytes_per_second,
            since=tier.ramp * place / tier.subscribers,
        )


def _places(codes: Iterable[tuple[str, str]]) -> Iterator[str]:
    for competition, code in codes:
        try:
            yield place_of(str(Topic(competition, parse_code(code), "result")))
        except BadKeyError:
            continue  # the service will refuse it, too


def _some(beginnings: Sequence[str], count: int, chance: random.Random) -> tuple[str, ...]:
    drawn = chance.sample(beginnings, min(count, len(beginnings)))
    return tuple(f"{each}.>" for each in sorted(drawn))
