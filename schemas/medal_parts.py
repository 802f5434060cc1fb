"""Who won what: the parts of the messages about medallists (ODF General Messages, DT_MEDALLISTS and its lists).

A field that the venue did not send is left out, unless it is named in every message.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.infos import Infos
from schemas.message import Mentions
from schemas.result_parts import Entry, Official
from schemas.xml_names import odf

_MEDAL = odf("@Code", ME_GOLD="gold", ME_SILVER="silver", ME_BRONZE="bronze")


class Medallist(Contender, frozen=True, kw_only=True):
    """An athlete or a team that has the medal, with those of its members who are entitled to one.

    `order` tells those apart who share a medal, `officials` are coaches and guides who get one, too. Where the medal is
    not awarded, the venue may say so by the id NO_AWARD, one of contender.PLACEHOLDERS.
    """

    order: A[str | None, odf("@Order")] = None
    officials: A[tuple[Official, ...] | UnsetType, odf("Officials/Official")] = UNSET
    medals: A[tuple[Entry, ...] | UnsetType, odf("ExtCompMedals/ExtCompMedal")] = UNSET


class Medal(msgspec.Struct, frozen=True, kw_only=True):
    """One medal of an event and who has it: `medal` is gold, silver or bronze, `unit` the one that decided it.

    Two bronzes are two competitors of one medal or two medals with a unit each; who ties shares one medal, and the next
    is left out (of two golds there is no silver).
    """

    medal: A[str, _MEDAL]
    date: A[str | None, odf("@Date")] = None
    unit: A[str | None, odf("@Unit")] = None
    competitors: A[tuple[Medallist, ...], odf("Competitor")] = ()


class EventMedals(msgspec.Struct, frozen=True, kw_only=True):
    """The medals of one event."""

    code: A[str, odf("@Code")]
    name: A[str | None, odf("@EventName")] = None
    date: A[str | None, odf("@Date")] = None
    medals: A[tuple[Medal, ...], odf("Medal")] = ()


class GenderMedals(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one gender, where the event's own code does not tell it (2016 and before)."""

    code: A[str, odf("@Code")]
    events: A[tuple[EventMedals, ...], odf("Event")] = ()


class DisciplineMedals(msgspec.Struct, frozen=True, kw_only=True):
    """The medals of one discipline; events stand in the order in which their federation presents them."""

    code: A[str, odf("@Code")]
    events_total: A[int | None, odf("@TotalEvents")] = None
    events_finished: A[int | None, odf("@FinishedEvents")] = None
    genders: A[tuple[GenderMedals, ...] | UnsetType, odf("Gender")] = UNSET
    events: A[tuple[EventMedals, ...], odf("Event")] = ()

    @property
    def all_events(self) -> tuple[EventMedals, ...]:
        """The events of the discipline, also those that stand below a gender."""
        genders = () if self.genders is UNSET else self.genders
        return (*(event for gender in genders for event in gender.events), *self.events)


class MedalsByDiscipline(Infos, frozen=True, kw_only=True):
    """Medallists by discipline and event."""

    disciplines: A[tuple[DisciplineMedals, ...], odf("Discipline")] = ()

    def mentions(self) -> Mentions:
        """Venue, organisations and athletes who have a medal, each once, in order of appearance."""
        events = (event for discipline in self.disciplines for event in discipline.all_events)
        return mentions_of(self.venue, medallists_of(medal for event in events for medal in event.medals))


def medallists_of(medals: Iterable[Medal]) -> Iterator[Medallist]:
    """Who has the medals, in their order; also placeholders of those that are not awarded."""
    return (medallist for medal in medals for medallist in medal.competitors)
