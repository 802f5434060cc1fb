"""What a reader wants: NATS patterns on topics, joined by OR, narrowed by kinds and by what messages are about.

`*` stands for one token, `>` for all that follow; a pattern that ends in a kind also takes all key parts below it.
A pattern that can never match any topic is an error, never an empty feed.
"""

from feed.core.about import ANY, About
from feed.core.entry import Entry
from feed.core.scope import WHOLE, Scope
from feed.errors import ErrorName, ReaderError
from schemas.message import Op
from schemas.registry import KINDS
from schemas.topic import KIND_TOKEN, BadKeyError, is_token, unescape

ANY_TOKEN = "*"  # noqa: S105 - a wildcard, no secret
REST = ">"
EMPTY = "-"
BELOW = ">="  # ours: a pattern that ends in a kind takes the topic itself and all below it
PATTERNS_MAX = 200
_REMEMBERED_TOPICS = 256  # by each of ten thousand filters: 9 kB


class Filter:
    """A compiled wish inside a scope; equal ones compare equal, so that their readers can share bytes."""

    looks_inside = False  # whether its topic does not tell all

    def __init__(
        self, patterns: tuple[tuple[str, ...], ...], kinds: frozenset[str], scope: Scope = WHOLE, about: About = ANY
    ) -> None:
        self.scope = scope
        self.about = about
        self.patterns = tuple(sorted(set(patterns)))
        self._literal = frozenset(each for each in self.patterns if ANY_TOKEN not in each)
        self._open = tuple(each for each in self.patterns if ANY_TOKEN in each)
        self.kinds = kinds
        self.key = (self.patterns, kinds, scope, about)
        self._hash = hash(self.key)
        self._known: dict[str, bool] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and self.key == other.key

    def __hash__(self) -> int:
        return self._hash

    def wants(self, entry: Entry) -> bool:
        """Whether the reader gets this entry; remembered by topic, because topics repeat."""
        known = self._known.get(entry.topic)
        if known is None:
            known = self.takes(entry) and self.matches(entry.topic)
            if len(self._known) >= _REMEMBERED_TOPICS:
                self._known.clear()
            self._known[entry.topic] = known
        return known

    reaches = wants  # whether its topic is wanted, whatever it is about

    def takes(self, entry: Entry) -> bool:
        """Whether it is of a kind and in a scope that is wanted, whatever the patterns say."""
        return (not self.kinds or entry.kind in self.kinds) and (self.scope is WHOLE or self.scope.covers(entry.topic))

    def matches(self, topic: str) -> bool:
        """Whether one of the patterns takes a topic: asked each time, nothing is remembered of it."""
        tokens = topic.split(".")
        if not self.patterns or self._is_literal(tuple(tokens)):
            return True
        return any(_matches(pattern, tokens) for pattern in self._open)

    def _is_literal(self, tokens: tuple[str, ...]) -> bool:
        """Whether a pattern without `*` takes them: looked up, however many there are."""
        literal = self._literal
        return bool(literal) and (
            tokens in literal
            or any((*tokens[:count], REST) in literal for count in range(len(tokens)))
            or any((*tokens[:count], BELOW) in literal for count in range(len(tokens) + 1))
        )

    def keeps(self, entry: Entry) -> bool:
        """Whether it is part of the state of the reader, and not only what removed something from it."""
        return entry.index.op is Op.PUT and self.wants(entry)


class NarrowFilter(Filter):
    """A wish about people, places or a status, or inside a scope that names venues: each message is looked at."""

    looks_inside = True

    def wants(self, entry: Entry) -> bool:
        return self.reaches(entry) and self.scope.is_at(entry.index.venues) and self.about.concerns(entry.index)

    def keeps(self, entry: Entry) -> bool:
        index = entry.index
        is_held = index.op is Op.PUT and self.reaches(entry) and self.scope.is_at((index.place,))
        return is_held and self.about.holds(index)


def parse_filter(patterns: list[str], kinds: list[str], scope: Scope = WHOLE, about: About = ANY) -> Filter:
    """Compile the texts of `filter=` and `type=` for a reader who sees no more than `scope`, and wants it `about` this.

    Raises ReaderError: bad_filter names the wrong part, not_entitled the pattern that lies outside the scope.
    """
    if len(patterns) > PATTERNS_MAX:
        raise _bad(f"{len(patterns)} filters were given, {PATTERNS_MAX} are allowed")
    for kind in kinds:
        _check_kind(kind, f"type={kind}")
    parsed = tuple(_parse(pattern) for pattern in patterns)
    if kinds and patterns and not any(_kind_of(pattern) in {*kinds, None} for pattern in parsed):
        raise _bad(f"no filter names a kind of type={','.join(kinds)}: nothing can match", "Leave out one of them.")
    for text, pattern in zip(patterns, parsed, strict=True):
        if not _meets(pattern, scope):
            hint = f"It may read {', '.join((*scope.competitions, *scope.disciplines))}."
            raise ReaderError(ErrorName.NOT_ENTITLED, f"filter {text!r} is not for this key", hint=hint)
    return (NarrowFilter if scope.venues or about else Filter)(parsed, frozenset(kinds), scope, about)


def _parse(text: str) -> tuple[str, ...]:
    tokens = text.split(".")
    rest = tokens[-1] == REST
    for token in tokens[:-1] if rest else tokens:
        if token not in {ANY_TOKEN, EMPTY} and not _is_written(token):
            raise _bad(f"filter {text!r}: {token!r} is no topic token", "Tokens are A-Z a-z 0-9 _ - and ~XX escapes.")
    if len(tokens) > KIND_TOKEN and tokens[KIND_TOKEN] not in {ANY_TOKEN, REST}:
        _check_kind(tokens[KIND_TOKEN], f"filter {text!r}")
    if not rest and len(tokens) <= KIND_TOKEN:
        raise _bad(f"filter {text!r} stops before the kind and can never match", "End it with .> or name all tokens.")
    parts = len(tokens) - KIND_TOKEN - 1
    if parts > _parts_max(tokens):
        raise _bad(f"filter {text!r} names {parts} key parts, its kind has {_parts_max(tokens)}")
    if parts > 0 and tokens[-1] == EMPTY:
        raise _bad(f"filter {text!r} ends in an empty key part, topics leave those out", f"Leave out the last {EMPTY}.")
    return _canonical(tuple(tokens))


def _is_written(token: str) -> bool:
    """Whether some key is written like this: `~41` is a token by its letters, but A is always written A."""
    try:
        unescape(token)
    except BadKeyError:
        return False
    return is_token(token)


def _kind_of(pattern: tuple[str, ...]) -> str | None:
    """The kind a pattern names, or None when it leaves that open."""
    kind = pattern[KIND_TOKEN] if len(pattern) > KIND_TOKEN else REST
    return None if kind in {ANY_TOKEN, REST} else kind


def _canonical(tokens: tuple[str, ...]) -> tuple[str, ...]:
    ends_in_kind = len(tokens) == KIND_TOKEN + 1 and tokens[-1] != REST
    return (*tokens, BELOW) if ends_in_kind else tokens


def _parts_max(tokens: list[str]) -> int:
    kind = tokens[KIND_TOKEN] if len(tokens) > KIND_TOKEN else ANY_TOKEN
    rows = [KINDS[kind]] if kind in KINDS else KINDS.values()
    return max(len(row.key_parts) for row in rows)


def _check_kind(kind: str, where: str) -> None:
    if kind not in KINDS:
        raise _bad(f"{where}: there is no kind {kind!r}", f"Kinds are {', '.join(KINDS)}.")


def _matches(pattern: tuple[str, ...], tokens: list[str]) -> bool:
    for number, wanted in enumerate(pattern):
        if wanted == BELOW:
            return True
        if number >= len(tokens):
            return False
        if wanted == REST:
            return True
        if wanted not in {ANY_TOKEN, tokens[number]}:
            return False
    return len(tokens) == len(pattern)


def _meets(pattern: tuple[str, ...], scope: Scope) -> bool:
    """Whether a pattern can match anything inside a scope."""
    for token, allowed in zip(pattern, (scope.competitions, scope.disciplines), strict=False):
        if token == REST:
            return True
        if token != ANY_TOKEN and allowed and token not in allowed:
            return False
    return True


def _bad(detail: str, hint: str = "") -> ReaderError:
    return ReaderError(ErrorName.BAD_FILTER, detail, hint=hint)
