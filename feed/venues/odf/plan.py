"""Compile a Struct whose fields carry `odf()` paths into a reading plan, once; walker.py follows it.

A path becomes a tree of nodes: `Competitor/Description/@TeamName` is two child tags and an attribute.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, UnsetType

from feed.venues.odf.values import Reader, as_sent, code_of, content, flag, micros, number, whole
from schemas.message import BodyRef

Fields = dict[str, Any]
Finish = Callable[[Fields], None]
_READERS: dict[type, Reader] = {str: as_sent, int: whole, bool: flag, BodyRef: content}
TEXT = "text()"  # the end of a path that leads to the text of an element
_CODECS: dict[str, Reader] = {"time": micros, "number": number}


class Slot(NamedTuple):
    """An attribute's field, how to read its text, whether an empty text counts as sent."""

    field: str
    read: Reader
    required: bool


class Part(NamedTuple):
    """A child tag that is a Struct of its own: its plan, the field that gets it, whether that is a list."""

    plan: "Plan"
    field: str
    many: bool


class Texts(NamedTuple):
    """A child tag that says one thing in several languages, and the field that maps Language to text."""

    field: str


class Node(msgspec.Struct):
    """One element: all its attributes, those that are taken as sent (by field), its text, what each child leads to.

    A child that is a Node itself holds more fields of the same Struct; children, and attributes (`@Name`), that are
    `elsewhere` are read by someone else.
    """

    slots: dict[str, Slot] = {}
    texts: dict[str, str] = {}
    text: Slot | None = None
    children: dict[str, "Node | Part | Texts"] = {}
    elsewhere: frozenset[str] = frozenset()


class Plan(msgspec.Struct):
    """A Struct's node, its required fields with their paths, its lists, and what to settle before it is built."""

    struct: type[msgspec.Struct]
    node: Node
    required: tuple[tuple[str, str], ...]
    lists: tuple[str, ...]
    finish: Finish | None


def compile_plan(
    struct: type[msgspec.Struct], finishes: Mapping[type, Finish], elsewhere: Iterable[str] = (), within: str = ""
) -> Plan:
    """The plan of a Struct and of all Structs below it.

    `finishes` settle the fields of a Struct, or of one that is derived from it, before it is built.

    Children of the Struct's own element, or of that `within` it, and its attributes (`@Name`) that are named in
    `elsewhere` are neither read nor kept as unmapped. Raises TypeError for a Struct whose paths contradict each other
    or whose types have no reader.
    """

    @cache
    def plan_of(kind: type[msgspec.Struct]) -> Plan:
        node = Node()
        required, lists = [], []
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            bare, extra = unwrap(hints[field.name])
            if "odf" not in extra:
                continue
            if field.required:
                required.append((field.name, extra["odf"]))
            for path in (extra["odf"], *extra["older"]):
                *above, last = path.split("/")
                target = _descend(node, above)
                if last == TEXT or last.startswith("@"):
                    _add_slot(target, last, Slot(field.name, _reader(bare, extra), field.required))
                else:
                    _add_branch(target, last, branch_of(field.name, bare))
            if get_origin(bare) is tuple:
                lists.append(field.name)
        finish = next((finishes[base] for base in kind.__mro__ if base in finishes), None)
        return Plan(kind, node, tuple(required), tuple(lists), finish)

    def branch_of(field: str, bare: Any) -> Part | Texts:  # noqa: ANN401 - type forms have no common type
        if get_origin(bare) is dict:
            return Texts(field)
        is_list = get_origin(bare) is tuple
        return Part(plan_of(get_args(bare)[0] if is_list else bare), field, is_list)

    plan = plan_of(struct)
    names = frozenset(elsewhere)
    attributes = frozenset(name for name in names if name.startswith("@"))
    plan.node.elsewhere = attributes
    _descend(plan.node, [within] if within else []).elsewhere |= names - attributes
    return plan


def _add_slot(node: Node, last: str, slot: Slot) -> None:
    if last == TEXT:
        node.text = slot
        return
    name = last[1:]
    if name in node.slots:
        raise TypeError(f"@{name} is read by {node.slots[name].field} and by {slot.field}")
    node.slots[name] = slot
    if slot.read is as_sent:
        node.texts[name] = slot.field


def _add_branch(node: Node, tag: str, branch: Part | Texts) -> None:
    if tag in node.children:
        raise TypeError(f"{tag} is read twice, also by {branch.field}")
    node.children[tag] = branch


def _descend(node: Node, tags: list[str]) -> Node:
    for tag in tags:
        below = node.children.setdefault(tag, Node())
        if not isinstance(below, Node):
            raise TypeError(f"{tag} is read by {below.field} already")
        node = below
    return node


def _reader(bare: Any, extra: Mapping[str, Any]) -> Reader:  # noqa: ANN401 - type forms have no common type
    if codes := extra.get("values"):
        return code_of(codes)
    if codec := extra.get("codec"):
        return _CODECS[codec]
    if bare not in _READERS:
        raise TypeError(f"an attribute is no {bare}")
    return _READERS[bare]


def unwrap(hint: Any) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401 - as above
    """A type without Annotated, None and UNSET around it, and the extras that stood there."""
    extra: dict[str, Any] = {}
    while get_origin(hint) in {Annotated, Union, UnionType}:
        if get_origin(hint) is Annotated:
            for meta in hint.__metadata__:
                extra |= (meta.extra or {}) if isinstance(meta, Meta) else {}
            hint = hint.__origin__
        else:
            forms = [form for form in get_args(hint) if form not in {NoneType, UnsetType}]
            if len(forms) > 1:
                break
            (hint,) = forms
    return hint, extra
