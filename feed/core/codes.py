"""The dictionary: what codes mean, table by table, as the venue said it; where it has not, the facts that ship.

A table that comes in one document for each language is one table here.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import msgspec

from feed.core.entry import Entry
from schemas.code import CodeBody, Label
from schemas.facts import SHIPPED
from schemas.message import Op
from schemas.registry import KINDS
from schemas.topic import escape, parse_topic

ENGLISH = "ENG"
NO_NAME = "-"  # of a table whose document does not name it, as topics write it
_KIND = KINDS["code"]


class Origin(StrEnum):
    """Whose word it is: the venue's, or ours."""

    RECEIVED = "received"
    SHIPPED = "shipped"


class TableRow(msgspec.Struct, frozen=True):
    """How many codes a table has, in which languages; `seq` is the newest message that changed it, 0 if none did."""

    table: str
    seq: int
    origin: Origin
    count: int
    languages: tuple[str, ...]


class Key(NamedTuple):
    """What tells a code from the others of its table, whatever language its document is in."""

    code: str
    discipline: str
    type: str


class Table:
    """The codes of one table that live now; where there are none, those that ship."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seq = 0
        self._entries: dict[Key, dict[str, Entry]] = {}
        self._languages: dict[str, frozenset[str]] = {}
        self._keys: dict[str, set[Key]] = {}

    def apply(self, key: Key, entry: Entry) -> None:
        self.seq = entry.seq
        if entry.index.op is Op.PUT:
            self._entries.setdefault(key, {})[entry.topic] = entry
            self._keys.setdefault(key.code, set()).add(key)
            self._languages[entry.topic] = _languages(_body(key, entry))
        elif self._entries.get(key, {}).pop(entry.topic, None):
            del self._languages[entry.topic]
            if not self._entries[key]:
                del self._entries[key]
                self._keys[key.code].discard(key)
                if not self._keys[key.code]:
                    del self._keys[key.code]

    @property
    def origin(self) -> Origin | None:
        """None where nobody has said anything."""
        if self._entries:
            return Origin.RECEIVED
        return Origin.SHIPPED if self.name in SHIPPED else None

    def languages(self) -> frozenset[str]:
        """Those that some received code has a text in."""
        return frozenset[str]().union(*set(self._languages.values()))

    def find(self, code: str) -> Iterator[tuple[Key, CodeBody]]:
        """What was received of a code: several where it is one of several disciplines or types, in their order."""
        for key in sorted(self._keys.get(code, ())):
            yield key, _merged(key, sorted(self._entries[key].values(), key=attrgetter("seq")))

    def row(self, origin: Origin) -> TableRow:
        shipped = SHIPPED[self.name] if origin is Origin.SHIPPED else ()
        languages = self.languages().union(*map(_languages, shipped))
        return TableRow(self.name, self.seq, origin, len(self._entries) or len(shipped), tuple(sorted(languages)))

    def rows(self, codes: Collection[str] = (), language: str | None = None) -> tuple[msgspec.Raw, ...]:
        """By code, discipline and type, as JSON; of these codes alone where some are named.

        A row is the topic and seq of the code's newest message, null and 0 for one that ships, then the fields of its
        body. With a `language` it has one label: that language's, else the English one, else the first there is.
        """
        if self.origin is Origin.SHIPPED:
            facts = (fact for fact in SHIPPED[self.name] if not codes or fact.code in codes)
            return tuple(_row(_Head(), fact, language) for fact in facts)
        found = []
        for key in sorted(key for key in self._entries if not codes or key.code in codes):
            entries = sorted(self._entries[key].values(), key=attrgetter("seq"))
            newest = entries[-1]
            found.append(_row(_Head(newest.topic, newest.seq), _merged(key, entries), language))
        return tuple(found)


class Dictionary:
    """The tables of one competition; `seq` is that of the newest message that changed one, 0 while there is none."""

    def __init__(self) -> None:
        self.seq = 0
        self._tables: dict[str, Table] = {}

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        parts = parse_topic(entry.topic).parts
        name, _language, *key = parts + ("",) * (len(_KIND.key_parts) - len(parts))
        self._tables.setdefault(name, Table(name or NO_NAME)).apply(Key(*key), entry)

    def table(self, name: str) -> Table:
        """One without codes where there is none of that name."""
        return self._tables.get("" if name == NO_NAME else name) or Table(name)

    def languages(self) -> frozenset[str]:
        """Those that some received code has a text in."""
        return frozenset[str]().union(*(table.languages() for table in self._tables.values()))

    def tables(self) -> tuple[TableRow, ...]:
        """Those that have codes, and those that ship, by name."""
        names = sorted({table.name for table in self._tables.values()} | set(SHIPPED))
        found = map(self.table, names)
        return tuple(table.row(table.origin) for table in found if table.origin is not None)


class Codes:
    """The view of a board that holds every competition's dictionary; `seq` is the newest message that changed one."""

    def __init__(self) -> None:
        self.seq = 0
        self._dictionaries: dict[str, Dictionary] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind == _KIND.name:
            self.seq = entry.seq
            self._dictionaries.setdefault(entry.topic.partition(".")[0], Dictionary()).apply(entry)

    def of(self, competition: str | None) -> Dictionary:
        """One without messages where there are none yet, or no competition."""
        return self._dictionaries.get(escape(competition or "")) or Dictionary()

    def languages(self) -> frozenset[str]:
        """Those that some code of some competition was received in."""
        return frozenset[str]().union(*(dictionary.languages() for dictionary in self._dictionaries.values()))


class _Head(msgspec.Struct):
    topic: str | None = None
    seq: int = 0


class _Message(msgspec.Struct):
    body: CodeBody | None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Message).decode


def _body(key: Key, entry: Entry) -> CodeBody:
    """One that is kept apart from its message says no more here than its topic."""
    return _decode(entry.json).body or CodeBody(code=key.code)


def _languages(body: CodeBody) -> frozenset[str]:
    return _kept_once(tuple(label.language for label in body.labels if label.language))


@lru_cache(maxsize=1_024)
def _kept_once(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(languages)  # thousands of codes come in the same few languages


def _merged(key: Key, entries: Iterable[Entry]) -> CodeBody:
    """The newest message's word; its labels, and those of the older ones in the languages that it lacks."""
    bodies = [_body(key, entry) for entry in entries]
    if len(bodies) == 1:
        return bodies[0]
    labels = {label.language: label for body in bodies for label in body.labels}
    return msgspec.structs.replace(bodies[-1], labels=tuple(labels.values()))


def _row(head: _Head, body: CodeBody, language: str | None) -> msgspec.Raw:
    if language is not None:
        body = msgspec.structs.replace(body, labels=_chosen(body.labels, language))
    return msgspec.Raw(_encode(head)[:-1] + b"," + _encode(body)[1:])


def _chosen(labels: Collection[Label], language: str) -> tuple[Label, ...]:
    by_language = {label.language: label for label in reversed(tuple(labels))}
    found = by_language.get(language) or by_language.get(ENGLISH) or next(iter(labels), None)
    return (found,) if found else ()
