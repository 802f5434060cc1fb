"""Which codes are known, table by table: what a message names beyond them flows, with a remark.

A table is only asked where it is whole: the venue sent it, or it ships. It is asked for the discipline, the venue and
the location of a message, and for the organisation of each competitor.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from schemas.competitor import Rows
from schemas.facts import SHIPPED
from schemas.message import Op, Remark
from schemas.registry import KINDS, AnyMessage
from schemas.rsc import FILLING, OldCode, parse_code
from schemas.topic import KIND_TOKEN, parse_topic

_CODE = f".{KINDS['code'].name}."
_OF_NO_DISCIPLINE = frozenset({"", FILLING, "GEN", "GL"})
_SHORT = 3  # letters of a discipline since 2018; what ships knows no others
TO_BE_TOLD = frozenset({"TBD", "TBA"})  # ODF's placeholders for a venue or a location that is not decided

NOC, ORGANISATION, DISCIPLINE, VENUE, LOCATION = "NOC", "ORGANISATION", "DISCIPLINE", "VENUE", "LOCATION"
TABLES = frozenset({NOC, ORGANISATION, DISCIPLINE, VENUE, LOCATION})
_SHIPPED = {table: frozenset(fact.code for fact in facts) for table, facts in SHIPPED.items() if table in TABLES}

Codes = dict[str, tuple[str, ...]]  # by code the topics that tell it: one for each language in some Games


class Vocabulary:
    """The codes of every competition's tables, by table."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Codes] = {}

    def learn(self, topic: str, op: Op) -> None:
        """Take over the newest message of a topic; only those of codes tell something."""
        if _CODE not in topic or topic.split(".", KIND_TOKEN + 1)[KIND_TOKEN] != KINDS["code"].name:
            return
        table, _language, code, *_ = (*parse_topic(topic).parts, "", "", "")
        if table not in TABLES:
            return
        key = topic.partition(".")[0], table
        codes = self._tables.setdefault(key, {})
        code = _discipline(code) if table == DISCIPLINE else code
        topics = tuple(each for each in codes.pop(code, ()) if each != topic)
        if op is Op.PUT:
            topics += (topic,)
        if topics:
            codes[code] = topics
        if not codes:
            del self._tables[key]

    def unknown(self, message: AnyMessage) -> Iterator[str]:
        """The codes of a message that are in none of the tables that are known."""
        competition, _, below = message.topic.partition(".")
        discipline = below.partition(".")[0]
        if discipline not in _OF_NO_DISCIPLINE and (
            (competition, DISCIPLINE) in self._tables or len(discipline) == _SHORT
        ):
            yield from self._missing({discipline}, competition, DISCIPLINE)
        body = message.body
        if isinstance(body, Rows):
            yield from self._missing({row.noc for row in body.competitors}, competition, NOC, ORGANISATION)
        for field, table in (("venue", VENUE), ("location", LOCATION)):
            code = getattr(body, field, None)
            if code and code not in TO_BE_TOLD:
                yield from self._missing({code}, competition, table)

    def remarked(self, message: AnyMessage) -> AnyMessage:
        """The message, with a remark if it names a code that nobody knows."""
        if next(self.unknown(message), None) is None or Remark.UNKNOWN_CODE in message.remarks:
            return message
        return replace(message, remarks=(*message.remarks, Remark.UNKNOWN_CODE))

    def _missing(self, codes: set[str | None], competition: str, *tables: str) -> Iterator[str]:
        """Those that no table has; none where the first of the tables is not known."""
        first, *others = (self._tables.get((competition, table)) or _SHIPPED.get(table) for table in tables)
        if first is None:
            return
        for code in codes:
            if code and code not in first and not any(code in other for other in others if other is not None):
                yield code


def _discipline(code: str) -> str:
    """Its letters; tables have it padded to a whole code."""
    parsed = parse_code(code)
    return parsed.discipline if isinstance(parsed, OldCode) else code.rstrip(FILLING)
