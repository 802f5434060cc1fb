"""Bouts of few actions, scored by a panel; who loses a semi-final can still win bronze, or has it."""

from replay.simulate.model import Rows
from replay.simulate.rows import extended
from replay.simulate.sports.beat import Closing, Held
from replay.simulate.sports.match import Match

_JUDGES = 5


class Combat(Match):
    """Judo, boxing, taekwondo, wrestling."""

    def closing(self, held: Held, rows: Rows, /) -> Closing:
        """With the cards of the judges: each has the winner ahead."""
        closing = super().closing(held, rows)
        cards = (
            "".join(extended("JUDGE", "10" if row.wlt == "W" else "9", judge) for judge in range(1, _JUDGES + 1))
            for row in rows
        )
        told = tuple((card, competitor) for card, (_, competitor) in zip(cards, closing.told, strict=True))
        return Closing(closing.head, told)
