"""Topic <-> document key: a bijection, so that nothing but the topic is needed to find, filter and order.

`<competition>.<discipline>.<gender>.<event>.<phase>.<unit>.<kind>[.<key parts>]`; a topic is the NATS subject
without its prefix `feed.`.
"""

import re
from functools import lru_cache

import msgspec

from schemas.rsc import FILLING, LENGTH, Code, OldCode, PlainCode, Rsc, parse_code

SUBJECT_PREFIX = "feed."
SUBJECT_BYTES_MAX = 512
TOKEN_BYTES_MAX = 64
KIND_TOKEN = 6
_EMPTY = "-"
_LITERAL_DASH = "~2D"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_ESCAPE = re.compile(r"(?:~[0-9A-F]{2})+")
_TOKEN = re.compile(r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})+")
_WIDTHS = (3, 1, 18, 4, 8)


class BadKeyError(ValueError):
    """A key does not fit into a topic, or a text is no topic."""


class Topic(msgspec.Struct, frozen=True):
    """One document or entity: competition, code, kind and the key parts of that kind (empty ones are "")."""

    competition: str
    code: Code
    kind: str
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The topic's text; raises BadKeyError when a token or the subject would be too long."""
        if not self.competition:
            raise BadKeyError("the competition is empty")
        text = f"{escape(self.competition)}.{_code_text(self.code)}.{self.kind}"
        if self.parts:
            text = ".".join((text, *_part_tokens(self.parts)))
        if len(text) > TOKEN_BYTES_MAX:
            _check_tokens(text)
        if len(text) + len(SUBJECT_PREFIX) > SUBJECT_BYTES_MAX:
            raise BadKeyError(f"the topic needs {len(text)} bytes, {SUBJECT_BYTES_MAX} are allowed with its prefix")
        return text


@lru_cache(maxsize=4_096)  # a topic comes again with each version
def parse_topic(text: str) -> Topic:
    """The key behind a topic; raises BadKeyError for a text that `str(Topic)` never makes."""
    tokens = text.split(".")
    if len(tokens) <= KIND_TOKEN:
        raise BadKeyError(f"{text!r} has {len(tokens)} tokens, a topic has at least {KIND_TOKEN + 1}")
    parts = tuple("" if token == _EMPTY else unescape(token) for token in tokens[KIND_TOKEN + 1 :])
    topic = Topic(unescape(tokens[0]), _code_of(tokens[1:KIND_TOKEN]), tokens[KIND_TOKEN], parts)
    if str(topic) != text:
        raise BadKeyError(f"{text!r} is not how this key is written")
    return topic


def key_text(parts: tuple[str, ...]) -> str:
    """Key parts alone, written as at the end of a topic; raises BadKeyError when one of them would be too long."""
    text = ".".join(_part_tokens(parts))
    _check_tokens(text)
    return text


def key_parts(text: str) -> tuple[str, ...]:
    """What `key_text` was given, without the empty parts at its end."""
    return tuple("" if token == _EMPTY else unescape(token) for token in text.split(".")) if text else ()


def place_of(topic: str) -> str:
    """The tokens of a topic in front of its kind: its competition and its code."""
    return ".".join(topic.split(".", KIND_TOKEN)[:KIND_TOKEN])


def begins_with(topic: str, parts: tuple[str, ...]) -> bool:
    """Whether the key parts of a topic begin with these; there is at least one more."""
    tokens = topic.split(".")[KIND_TOKEN + 1 :]
    return tokens[: len(parts)] == [escape(part) if part else _EMPTY for part in parts]


def escape(text: str) -> str:
    """One token of the alphabet [A-Za-z0-9_-]; every other UTF-8 byte is ~XX, a literal dash is ~2D.

    Raises BadKeyError for half a character (a lone surrogate), which has no UTF-8.
    """
    if text.isascii() and text.isalnum():
        return text
    if text == _EMPTY:
        return _LITERAL_DASH
    try:
        return _UNSAFE.sub(lambda found: "".join(f"~{byte:02X}" for byte in found[0].encode()), text)
    except UnicodeEncodeError as error:
        raise BadKeyError(f"{text!r} is not text") from error


def unescape(token: str) -> str:
    """What `escape` was given; raises BadKeyError for a token it never makes."""
    try:
        text = _ESCAPE.sub(lambda found: bytes.fromhex(found[0].replace("~", "")).decode(), token)
    except UnicodeDecodeError as error:
        raise BadKeyError(f"token {token!r} is not UTF-8") from error
    if escape(text) != token:
        raise BadKeyError(f"token {token!r} is not how {text!r} is written")
    return text


def is_token(text: str) -> bool:
    """Whether a text can be a token of some topic at all."""
    return bool(_TOKEN.fullmatch(text)) and len(text) <= TOKEN_BYTES_MAX


def _check_tokens(text: str) -> None:
    for token in text.split("."):
        if len(token) > TOKEN_BYTES_MAX:
            raise BadKeyError(f"{token[:40]}... needs {len(token)} bytes, {TOKEN_BYTES_MAX} are allowed")


def _part_tokens(parts: tuple[str, ...]) -> list[str]:
    end = len(parts)
    while end and not parts[end - 1]:
        end -= 1
    return [escape(part) if part else _EMPTY for part in parts[:end]]


def _code_text(code: Code) -> str:
    match code:
        case Rsc():
            # Of the code's alphabet nothing but the dot is escaped, and only from the event on.
            event = code.event.rstrip(FILLING).replace(".", "~2E") or _EMPTY
            phase = code.phase.rstrip(FILLING).replace(".", "~2E") or _EMPTY
            unit = code.unit.rstrip(FILLING).replace(".", "~2E") or _EMPTY
            return f"{code.discipline}.{code.gender}.{event}.{phase}.{unit}"
        case OldCode():
            return f"{code.discipline}.{code.gender}.{code.event}.{code.phase}.{code.unit}"
        case PlainCode():
            return f"-.-.-.-.{escape(code.text) if code.text else _EMPTY}"


def _code_of(tokens: list[str]) -> Code:
    if tokens[0] == _EMPTY:
        return PlainCode("" if tokens[4] == _EMPTY else unescape(tokens[4]))
    if len(tokens[0]) < _WIDTHS[0]:
        return parse_code("".join(tokens))
    trimmed = ("" if token == _EMPTY else token.replace("~2E", ".") for token in tokens)
    text = "".join(part.ljust(width, FILLING) for part, width in zip(trimmed, _WIDTHS, strict=True))
    if len(text) != LENGTH:
        raise BadKeyError(f"{'.'.join(tokens)!r} is no 34-character code")
    return parse_code(text)
