"""Labels: the texts of the codes that a message uses, in one language, as one more member of it.

Which field holds a code of which table stands in feed/core/terms.py. What a code means is told to whoever may read it,
so the dictionary is everybody's, whatever the scope of a reader's key.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from feed.core.board import Board
from feed.core.codes import ENGLISH, Codes, Dictionary
from feed.core.entry import Entry
from feed.core.kept import Kept
from feed.core.terms import Used, codes_in
from schemas.code import Label
from schemas.facts import SHIPPED
from schemas.topic import unescape

KEPT_BYTES = 16 * 1024 * 1024
_MEMBER = b',"labels":'
_SHIPPED = {name: {fact.code: fact for fact in facts} for name, facts in SHIPPED.items()}
_encode = msgspec.json.Encoder(order="deterministic").encode


class Labels:
    """Makes the labels of messages and pages in one language.

    A language that a code has no text in is replaced by English, the venue's or that which ships, then by any there is.
    """

    def __init__(self, board: Board, language: str, kept_bytes: int = KEPT_BYTES) -> None:
        self.language = language
        self._board = board
        self._log = Kept[int](kept_bytes)
        self._state = Kept[int](kept_bytes)
        self._texts: dict[str, _Texts] = {}

    def of_log(self, entry: Entry) -> Entry:
        """A message of the log with its labels: made when first asked for, then kept, whatever changes afterwards."""
        made = self._log.get(entry.seq)
        if made is None:
            made = self._log.keep(entry.seq, self._made(entry))
        return _with(entry, made)

    def of_state(self, entry: Entry) -> Entry:
        """A message of the current state with its labels, by the dictionary as it is now."""
        edition = self.edition
        made = self._state.get(entry.seq, edition)
        if made is None:
            made = self._state.keep(entry.seq, self._made(entry), edition)
        return _with(entry, made)

    def of_page(self, text: bytes, uses: Iterable[Used], competition: str) -> bytes:
        """A page about one competition with the labels of what it uses, as `codes_used` finds it."""
        return _spliced(text, self._told(competition, uses))

    @property
    def edition(self) -> int:
        """The newest message that changed what a code means."""
        return self._board.view(Codes).seq

    def _made(self, entry: Entry) -> bytes:
        return self._told(unescape(entry.topic.partition(".")[0]), codes_used(entry.json))

    def _told(self, competition: str, uses: Iterable[Used]) -> bytes:
        texts = self._texts_of(competition)
        labels: dict[str, dict[str, str]] = {}
        for used in uses:
            if (label := texts.get(used)) is not None:
                labels.setdefault(used.term.name, {})[used.code] = label
        return _encode(labels)

    def _texts_of(self, competition: str) -> "_Texts":
        dictionary = self._board.view(Codes).of(competition)
        texts = self._texts.get(competition)
        if texts is None or texts.edition != dictionary.seq:
            texts = self._texts[competition] = _Texts(dictionary, self.language)
        return texts


class Labelling:
    """The Labels of one board, by language; those of one language are the same object for all its readers."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._labels: dict[str, Labels] = {}
        self._languages: tuple[str, ...] = (ENGLISH,)
        self._told_of = 0

    def languages(self) -> tuple[str, ...]:
        """Those that some code has a text in, and English, which ships.

        One that was told stays, whatever is taken back: its readers come again, and are told what other codes without a
        text in it are told.
        """
        codes = self._board.view(Codes)
        if self._told_of != codes.seq:
            self._told_of, self._languages = codes.seq, tuple(sorted(codes.languages().union(self._languages)))
        return self._languages

    def of(self, language: str) -> Labels | None:
        """None for a language that no code has had a text in."""
        if language not in self.languages():
            return None
        if language not in self._labels:
            self._labels[language] = Labels(self._board, language)
        return self._labels[language]


class _Texts:
    """The texts of one dictionary in one language, found once: for as long as it does not change."""

    def __init__(self, dictionary: Dictionary, language: str) -> None:
        self.edition = dictionary.seq
        self._dictionary = dictionary
        self._language = language
        self._found: dict[Used, str | None] = {}

    def get(self, used: Used) -> str | None:
        if used not in self._found:
            self._found[used] = next(_texts(self._dictionary, used, self._language), None)
        return self._found[used]


def codes_used(text: bytes) -> tuple[Used, ...]:
    """The codes that a JSON text uses."""
    return codes_in(msgspec.json.decode(text))


def _with(entry: Entry, labels: bytes) -> Entry:
    return Entry(entry.seq, entry.topic, entry.index, _spliced(entry.json, labels))


def _spliced(text: bytes, labels: bytes) -> bytes:
    return text[:-1] + _MEMBER + labels + b"}"


def _texts(dictionary: Dictionary, used: Used, language: str) -> Iterator[str]:
    """The text of a code, the best first."""
    received = [label for labels in _received(dictionary, used) for label in labels]
    shipped = [label for labels in _shipped(used) for label in labels]
    for labels, is_wanted in (
        (received, lambda label: label.language == language),
        (received, lambda label: label.language == ENGLISH),
        (shipped, lambda _: True),
        (received, lambda _: True),
    ):
        yield from _told(labels, is_wanted)


def _told(labels: list[Label], is_wanted: Callable[[Label], bool]) -> Iterator[str]:
    for label in labels:
        if is_wanted(label):
            yield from filter(None, (label.description, label.long_description or None))


def _received(dictionary: Dictionary, used: Used) -> Iterator[tuple[Label, ...]]:
    for table, type_ in used.term.tables:
        for code in used.spellings():
            for key, body in dictionary.table(table).find(code):
                if used.is_meant(key.discipline, key.type, type_):
                    yield body.labels


def _shipped(used: Used) -> Iterator[tuple[Label, ...]]:
    for table, _ in used.term.tables:
        if (fact := _SHIPPED.get(table, {}).get(used.code)) is not None:
            yield fact.labels
