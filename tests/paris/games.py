"""The recorded Paris as the tests post it: the importer's documents, by discipline."""

from dataclasses import dataclass
from pathlib import Path

from replay.imports.importing import Report
from replay.imports.paris.corrections import Correction, corrections
from replay.imports.paris.games import Games, Timed
from replay.imports.paris.recorded import Paris, Won
from replay.imports.paris.tables import read


@dataclass(frozen=True)
class Posted:
    """The bytes of each part, in the order of their times."""

    games: Games

    @property
    def paris(self) -> Paris:
        return self.games.paris

    @property
    def corrections(self) -> tuple[Correction, ...]:
        return self.games.corrections

    def disciplines(self) -> list[str]:
        return self.games.disciplines()

    def lists(self, discipline: str) -> list[bytes]:
        return _made(self.games.lists(discipline))

    def results(self, discipline: str) -> list[bytes]:
        return _made(self.games.results(discipline))

    def medallists(self, discipline: str) -> list[bytes]:
        return _made(self.games.medallists(discipline))

    def corrected(self, correction: Correction) -> list[bytes]:
        return _made(self.games.corrected(correction))

    def medals_first(self) -> dict[str, tuple[Won, ...]]:
        """Who had the medals before the corrections, by event."""
        return self.games.medals_first()


def games(shared: Path) -> Posted:
    """From the folder of recorded data."""
    folder, report = shared / "data" / "games", Report()
    paris = read(folder / "paris-2024", report)
    return Posted(Games(paris, corrections(paris, folder / "paris-2024-medal-timeline", report)))


def _made(timed: list[Timed]) -> list[bytes]:
    return [each.make() for each in timed]
