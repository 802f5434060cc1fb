"""Rows by their shape: what of their bytes stands outside of the quotation marks.

The rows of a table differ in their values and hardly ever in their elements and attributes. A shape that comes again is
compiled, by parsing it with numbers in the place of its values; of another row of that shape nothing is left to parse.
That goes for values that stand for themselves: for what is escaped, controls or belongs to no text there is the parser.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

from lxml import etree

from feed.venues.odf.fingerprint import canonical
from feed.venues.odf.known import Known
from feed.venues.odf.parse import ROOT, TAG_BYTES_MAX, parse
from feed.venues.odf.plan import Node, Part, Plan, Slot, Texts
from feed.venues.odf.received import COMPETITION
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.rows import Row
from feed.venues.odf.values import Context, as_sent

BYTES_MAX = 500_000  # of shapes: those of a busy day; what is compiled of them takes fifteen times as much
ROW_BYTES_MAX = TAG_BYTES_MAX  # no tag of it is too long
_QUOTE = b'"'
_BEFORE = f"<{ROOT}><{COMPETITION}>".encode()
_BEHIND = f"</{COMPETITION}></{ROOT}>".encode()


class UnfitError(Exception):
    """A shape that no recipe can tell: its rows are parsed."""


class Recipe(NamedTuple):
    """How a Struct is made of a row's values: which of them are texts, which are read, and what stands below it."""

    plan: Plan
    texts: tuple[tuple[str, int], ...]
    slots: tuple[tuple[Slot, int], ...]
    parts: tuple[tuple[str, "Recipe"], ...]
    lists: tuple[tuple[str, tuple["Recipe", ...]], ...]

    def made(self, values: Sequence[str], context: Context) -> Any:  # noqa: ANN401 - the plan's own Struct
        """The Struct, as the walker reads it; raises ValueError for a text that ODF does not allow in its place."""
        fields: dict[str, Any] = {field: text for field, place in self.texts if (text := values[place])}
        for slot, place in self.slots:
            if (text := values[place]) or slot.required:
                fields[slot.field] = slot.read(text, context)
        for field, part in self.parts:
            fields[field] = part.made(values, context)
        for field, parts in self.lists:
            fields[field] = tuple([part.made(values, context) for part in parts])
        if self.plan.finish:
            self.plan.finish(fields)
        return self.plan.struct(**fields)


class Shape(NamedTuple):
    """How many values a row has, what they make, what stands around them in its canonical form, in which order."""

    size: int
    recipe: Recipe
    around: tuple[bytes, ...]
    order: tuple[int, ...]

    def written(self, values: Sequence[bytes]) -> bytes:
        """The row's canonical form."""
        pieces = [_QUOTE] * (2 * self.size + 1)
        pieces[::2] = self.around
        pieces[1::2] = [values[place] for place in self.order]
        return _QUOTE.join(pieces)


class _Mark(Enum):
    """A shape that came once, and one whose rows are always parsed."""

    SEEN = 1
    UNFIT = 2


class Shapes:
    """The shapes of rows that came, compiled from the second time on; what was not used for longest is forgotten."""

    def __init__(self, plan: Plan, bytes_max: int = BYTES_MAX) -> None:
        self._plan = plan
        self._known: Known[Shape | _Mark] = Known(bytes_max)

    def read(self, row: bytes, context: Context) -> Row | None:
        """What a row says, or None for one that has to be parsed."""
        if len(row) > ROW_BYTES_MAX:
            return None
        pieces = row.split(_QUOTE)
        shape, values = self._known.get(_QUOTE.join(pieces[::2])), pieces[1::2]
        if not isinstance(shape, Shape) or shape.size != len(values):
            return None
        try:
            text = _QUOTE.join(values).decode()
            if not text.isprintable() or "&" in text or "<" in text or "xmlns" in text:
                return None
            competitor = shape.recipe.made(text.split('"'), context)
        except ValueError:  # told of the whole document, with the right place
            return None
        return None if context.remarks else Row(competitor, shape.written(values))

    def learn(self, row: bytes) -> None:
        """A row was parsed, and nothing about it is odd: when the next one of its shape comes, it is compiled."""
        if len(row) > ROW_BYTES_MAX:
            return
        key = _QUOTE.join(row.split(_QUOTE)[::2])
        known = self._known.get(key)
        if known is None:
            self._known.keep(key, _Mark.SEEN)
        elif known is _Mark.SEEN:
            self._known.keep(key, _compiled(self._plan, key) or _Mark.UNFIT)


def _compiled(plan: Plan, key: bytes) -> Shape | None:
    """A shape, or None where a value is not surely that of an attribute, or a field takes more than values."""
    pieces = key.split(_QUOTE)
    marks = [str(number) for number in range(len(pieces) - 1)]
    inside = b"".join(piece + _QUOTE + mark.encode() + _QUOTE for piece, mark in zip(pieces, marks, strict=False))
    try:
        root = parse(b"".join((_BEFORE, inside, pieces[-1], _BEHIND)))
        ((row,),) = root
        if [text for element in row.iter() for text in element.values()] != marks:
            return None
        recipe = _recipe(plan, row)
        content = canonical(root, is_marked=False, has_blanks=False)
    except (RefusedError, UnfitError, ValueError):
        return None
    written = content.removeprefix(_BEFORE).removesuffix(_BEHIND).split(_QUOTE)
    return Shape(len(marks), recipe, tuple(written[::2]), tuple(map(int, written[1::2])))


def _recipe(plan: Plan, element: etree._Element) -> Recipe:
    """What to do at an element whose attributes have the places of their values for values; raises UnfitError."""
    texts: list[tuple[str, int]] = []
    slots: list[tuple[Slot, int]] = []
    parts: list[tuple[str, Recipe]] = []
    lists: dict[str, list[Recipe]] = {}

    def take(node: Node, element: etree._Element) -> None:
        for name, place in element.items():
            slot = node.slots.get(name)
            if slot is None:
                raise UnfitError
            if slot.read is as_sent and not slot.required:
                texts.append((slot.field, int(place)))
            else:
                slots.append((slot, int(place)))
        seen = set()
        for child in element:
            branch = node.children.get(str(child.tag))
            if isinstance(branch, Part) and branch.many:
                lists.setdefault(branch.field, []).append(_recipe(branch.plan, child))
                continue
            if branch is None or isinstance(branch, Texts) or child.tag in seen:
                raise UnfitError
            seen.add(child.tag)
            if isinstance(branch, Part):
                parts.append((branch.field, _recipe(branch.plan, child)))
            else:
                take(branch, child)

    take(plan.node, element)
    listed = tuple((field, tuple(found)) for field, found in lists.items())
    return Recipe(plan, tuple(texts), tuple(slots), tuple(parts), listed)
