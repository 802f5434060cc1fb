"""Documents without the people in them: names, birth dates and ids replaced, results and codes as they were.

What is kept is told by `replay.kept`; all else is replaced, texts too. A document that is not ODF, or cannot be
read as XML, is left out: nobody can say who is in it.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from xml.parsers import expat  # documents with a DOCTYPE are refused, and with it all that makes a parser unsafe
from xml.sax.saxutils import escape, quoteattr

from msgspec.structs import replace

from replay import kept
from replay.blocks import MAX_DOCUMENT, Captured
from replay.pseudonyms import Pseudonyms

_GZIP: Final = 31
_KNOWN: Final = 200_000  # values kept in memory
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


class _LeftOutError(Exception):
    """A document that cannot be made anonymous, and why."""


class Anonymizer:
    """Makes documents anonymous under one key; `left_out` counts those it could not, by reason."""

    def __init__(self, key: bytes) -> None:
        self.left_out: Counter[str] = Counter()
        self._rules = _Rules(Pseudonyms(key))

    def over(self, documents: Iterable[Captured]) -> Iterator[Captured]:
        """The documents in their order, without those that are left out."""
        for captured in documents:
            try:
                yield self._anonymous(captured)
            except _LeftOutError as error:
                self.left_out[str(error)] += 1

    def document(self, data: bytes) -> bytes:
        """One XML document; raises ValueError when it cannot be read."""
        try:
            return self._written(data)
        except _LeftOutError as error:
            raise ValueError(str(error)) from error

    def _anonymous(self, captured: Captured) -> Captured:
        if captured.format != "odf":
            raise _LeftOutError(f"format {captured.format}")
        if captured.encoding not in {"", "gzip"}:
            raise _LeftOutError(f"encoding {captured.encoding}")
        data = _inflated(captured.data) if captured.encoding else captured.data
        written = self._written(data)
        return replace(captured, data=gzip.compress(written, mtime=0) if captured.encoding else written)

    def _written(self, data: bytes) -> bytes:
        writing = _Writing(self._rules)
        try:
            writing.parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise _LeftOutError("not well-formed XML") from error
        return "".join(writing.parts).encode()


class _Writing:
    """Writes one document anew as it is parsed. Comments and processing instructions go."""

    def __init__(self, rules: "_Rules") -> None:
        self.parts: list[str] = [_DECLARATION]
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text_parts
        self.parser.StartDoctypeDeclHandler = _refuse
        self._rules = rules
        self._text: list[str] = []
        self._is_open = False  # the tag just begun still lacks its end

    def _start(self, element: str, attributes: list[str]) -> None:
        self._flush()
        self.parts.append(f"<{element}")
        pairs = list(zip(attributes[::2], attributes[1::2], strict=True))
        is_person = element in kept.PERSONS or any(pair[0] == "Type" and pair[1] in kept.PERSON_TYPES for pair in pairs)
        value_of = self._rules.value
        self.parts += [f" {name}={value_of(element, name, value, is_person)}" for name, value in pairs]
        self._is_open = True

    def _end(self, element: str) -> None:
        if self._is_open and not self._text:
            self.parts.append("/>")
            self._is_open = False
            return
        self._flush()
        self.parts.append(f"</{element}>")

    def _text_parts(self, text: str) -> None:
        self._text.append(text)

    def _flush(self) -> None:
        """Write the text so far as a whole: a word cut in two would get another name."""
        if self._is_open:
            self.parts.append(">")
            self._is_open = False
        if self._text:
            self.parts.append(escape(self._rules.names.text("".join(self._text)), {"\r": "&#13;"}))
            self._text.clear()


class _Rules:
    """What becomes of an attribute's value."""

    def __init__(self, names: Pseudonyms) -> None:
        self.names = names
        self.value = lru_cache(_KNOWN)(self._value)

    def _value(self, element: str, name: str, value: str, is_person: bool) -> str:  # noqa: FBT001 - a key of the cache
        """The value in quotes, as it is written."""
        if _is_public(element, name):
            return quoteattr(value)
        if name in kept.BIRTHS:
            return quoteattr(self.names.birth_date(value))
        if is_person and name == "Code":
            is_nobody = value in kept.NOBODY or kept.RSC.fullmatch(value)
            return quoteattr(value if is_nobody else self.names.text(value))
        if _is_exact(name, value):
            return quoteattr(value)
        if _is_code(name, value):  # an id stands alone or in a list; codes hold figures between other characters
            has_letters = any(letter.isalpha() for letter in value)
            return quoteattr(value if has_letters else self.names.numbers(value, kept.ID_DIGITS))
        return quoteattr(self.names.text(value))


def _is_public(element: str, name: str) -> bool:
    return name in kept.PUBLIC_TEXTS or (name == "Value" and element in kept.NAMED)


def _is_exact(name: str, value: str) -> bool:
    """Whether it is a moment, a count or a Results System Code."""
    if name in kept.TIMES:
        return kept.MOMENT.fullmatch(value) is not None
    return (name in kept.COUNTERS and value.isdecimal()) or (name == "Value" and kept.RSC.fullmatch(value) is not None)


def _is_code(name: str, value: str) -> bool:
    """Whether it has the form of what this attribute holds: a code, a figure, a mark."""
    if name in kept.CODES:
        return kept.CODE.fullmatch(value) is not None or value in kept.SMALL_CODES
    if name in kept.NUMBERS:
        return kept.NUMBER.fullmatch(value) is not None or kept.CODE.fullmatch(value) is not None
    return name == "Value" and (kept.NUMBER.fullmatch(value) is not None or value in kept.MARKS)


def _refuse(*_: object) -> None:
    raise _LeftOutError("a DOCTYPE")


def _inflated(data: bytes) -> bytes:
    """What a gzip body holds; no more than a document may have."""
    try:
        stream = zlib.decompressobj(_GZIP)
        inflated = stream.decompress(data, MAX_DOCUMENT)
    except zlib.error as error:
        raise _LeftOutError("not gzip") from error
    if not stream.eof:
        raise _LeftOutError("a gzip body that is cut off or too long")
    return inflated
