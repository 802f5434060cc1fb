"""What part of a flag a key is for: competitions and disciplines, told by the first two tokens of a topic."""

from collections.abc import Iterable

import msgspec

from schemas.topic import escape


class Scope(msgspec.Struct, frozen=True):
    """Tokens as topics have them, sorted; an empty list means all. Equal scopes share bytes and boards."""

    competitions: tuple[str, ...] = ()
    disciplines: tuple[str, ...] = ()

    @classmethod
    def of(cls, competitions: Iterable[str], disciplines: Iterable[str]) -> "Scope":
        """The scope of these codes, as a person names them; raises schemas.topic.BadKeyError."""
        return cls(_tokens(competitions), _tokens(disciplines))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is outside."""
        return not self.competitions and not self.disciplines

    def holds(self, topic: str) -> bool:
        """Whether a topic lies inside."""
        competition, discipline, _ = topic.split(".", 2)
        return (not self.competitions or competition in self.competitions) and (
            not self.disciplines or discipline in self.disciplines
        )


WHOLE = Scope()


def _tokens(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({code if code == "-" else escape(code) for code in codes}))
