"""Kind `entries`: who is entered in an event (General Messages, DT_ENTRIES, since 2026)."""

from typing import Annotated as A

from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.result_parts import Entry
from schemas.xml_names import odf

Text = str | UnsetType


class Entrant(Contender, frozen=True, kw_only=True):
    """One entry; `event_entries` hold what a sport knows of it (seed, group, world ranking).

    `substitute` (Y) and `entry_status` tell one that may step in or came late.
    """

    sort_order: A[int | None, odf("@SortOrder")] = None
    entry_status: A[Text, odf("@EntryStatus")] = UNSET
    substitute: A[Text, odf("@Substitute")] = UNSET
    event_entries: A[tuple[Entry, ...] | UnsetType, odf("ExtendedEntry", "EventEntry")] = UNSET


class EntriesBody(Infos, frozen=True, kw_only=True):
    """All entries of the event, in the venue's order; a newer list replaces them whole."""

    entries: A[tuple[Entrant, ...], odf("Entry")] = ()

    def mentions(self) -> Mentions:
        """Venue, organisations and athletes of the entries, each once, in order of appearance."""
        return mentions_of(self.venue, self.entries)


class Entries(Message, frozen=True, kw_only=True, tag="entries"):
    """Key parts: subcode, subtype, language."""

    body: EntriesBody | None
