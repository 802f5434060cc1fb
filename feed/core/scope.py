"""What part of a flag a key is for: competitions, disciplines, venues.

The first two are tokens of a topic; venues stand in the index headers of its messages.
"""

from collections.abc import Iterable

import msgspec

from schemas.topic import escape


class Scope(msgspec.Struct, frozen=True):
    """Codes as topics and index headers have them, sorted; an empty list means all.

    Equal scopes share bytes and boards.
    """

    competitions: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()

    @classmethod
    def of(cls, competitions: Iterable[str], disciplines: Iterable[str], venues: Iterable[str] = ()) -> "Scope":
        """The scope of these codes, as a person names them; raises schemas.topic.BadKeyError."""
        return cls(_tokens(competitions), _tokens(disciplines), tuple(sorted(set(map(escape, venues)))))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is outside."""
        return not self.competitions and not self.disciplines and not self.venues

    def covers(self, topic: str) -> bool:
        """Whether a topic lies inside, as far as it tells."""
        competition, discipline, _ = topic.split(".", 2)
        return (not self.competitions or competition in self.competitions) and (
            not self.disciplines or discipline in self.disciplines
        )

    def is_at(self, venues: Iterable[str | None]) -> bool:
        """Whether one of these venues lies inside; what is at none lies outside of any scope that names venues."""
        for venue in venues:
            if venue in self.venues:
                return True
        return not self.venues

    def holds(self, topic: str, venues: Iterable[str | None]) -> bool:
        """Whether a message of this topic, about these venues, lies inside."""
        return self.covers(topic) and self.is_at(venues)


WHOLE = Scope()


def _tokens(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({code if code == "-" else escape(code) for code in codes}))
