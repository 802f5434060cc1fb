"""Read an element into the Struct a plan describes; what no field holds is collected, never lost.

This is the hot path: what is rare (an unknown name, a wrong value, a path to name) is looked up only when it happens.
"""

from datetime import tzinfo
from typing import Any

from lxml import etree
from msgspec import UNSET, UnsetType

from feed.candidate import Attachment
from feed.refusals import Reason
from feed.venues.odf.paths import Paths
from feed.venues.odf.plan import Fields, Node, Part, Plan, Texts
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.values import Context
from schemas.message import Remark

UNMAPPED_MAX = 10_000  # of one document: what is not ours must not cost more than what is
_LANGUAGE = "Language"
_VALUE = "Value"


class Walker:
    """Reads the elements of one document, then `context.remarks` and `unmapped` (XPath to text or XML) are complete.

    `zone` is for moments without offset, None when it is not set; `has_text` says that some element holds text, which
    ODF's results never do. What is read entity by entity is left over entity by entity: `take`.
    """

    def __init__(self, zone: tzinfo | None, *, has_text: bool) -> None:
        self.context = Context(zone)
        self.unmapped: dict[str, str] = {}
        self._has_text = has_text
        self._kept = 0
        self._paths = Paths()

    def read(self, plan: Plan, element: etree._Element, **fields: Any) -> Any:  # noqa: ANN401 - the plan's own Struct
        """The Struct at an element; raises RefusedError bad_value with the XPath of what is wrong or missing.

        `fields` are given besides.
        """
        self._fill(plan.node, element, fields)
        return self._made(plan, element, fields)

    def read_below(self, plan: Plan, element: etree._Element) -> Fields:
        """The fields that an element's children fill; raises RefusedError as `read` does."""
        fields: Fields = {}
        self._fill_below(plan.node, element, fields)
        return fields

    def read_around(self, plan: Plan, element: etree._Element, below: Fields) -> Any:  # noqa: ANN401 - as above
        """What `read` gives for an element that holds no text and whose children fill the fields `below`."""
        fields: Fields = {}
        self._fill_own(plan.node, element, fields)
        fields.update(below)
        return self._made(plan, element, fields)

    def _made(self, plan: Plan, element: etree._Element, fields: Fields) -> Any:  # noqa: ANN401 - as above
        for name in plan.lists:
            if name in fields:
                fields[name] = tuple(fields[name])
        if plan.finish:
            plan.finish(fields)
        try:
            return plan.struct(**fields)
        except TypeError:
            path = next((path for name, path in plan.required if name not in fields), None)
            if path is None:
                raise
            detail = f"{path.rpartition('/')[2]} is missing"
            raise RefusedError(Reason.BAD_VALUE, detail, f"{self._paths.of(element)}/{path}") from None

    @property
    def has_left(self) -> bool:
        """Whether there is something to `take`."""
        return bool(self.unmapped or self.context.remarks)

    def take(self, start: etree._Element | None = None) -> tuple[dict[str, str] | UnsetType, tuple[Remark, ...]]:
        """What was left over since the last `take`, and what is remarked; with a `start`, XPaths from there on."""
        left, self.unmapped = self.unmapped, {}
        remarks = (*self.context.remarks, *((Remark.UNMAPPED,) if left else ()))
        self.context.remarks.clear()
        if start is not None and left:
            above = len(self._paths.of(start)) + 1
            left = {path[above:]: text for path, text in left.items()}
        return left or UNSET, remarks

    def take_attached(self) -> tuple[Attachment, ...]:
        """What the values read since the last `take_attached` refer to."""
        attached = tuple(self.context.attached)
        self.context.attached.clear()
        return attached

    def where(self, element: etree._Element, name: str = "") -> str:
        """The XPath of an element or of an attribute of it, there or missing."""
        path = self._paths.of(element)
        return f"{path}/@{name}" if name else path

    def keep_attribute(self, element: etree._Element, name: str, text: str) -> None:
        """Collect an attribute that no field holds."""
        self._keep(self.where(element, name), text)

    def keep_element(self, element: etree._Element) -> None:
        """Collect an element that no field holds, as XML."""
        self._keep(self._paths.of(element), etree.tostring(element, encoding="unicode", with_tail=False))

    def keep_text(self, element: etree._Element) -> None:
        """Collect text that stands directly in an element of which only attributes and children have fields."""
        if text := _text_of(element):
            self._keep(f"{self._paths.of(element)}/text()", text)

    def _keep(self, path: str, text: str) -> None:
        if self._kept == UNMAPPED_MAX:
            raise RefusedError(Reason.BAD_VALUE, f"more than {UNMAPPED_MAX} names here are no field of ours", path)
        self._kept += 1
        self.unmapped[path] = text

    def _fill(self, node: Node, element: etree._Element, fields: Fields) -> None:
        self._fill_own(node, element, fields)
        if self._has_text:
            self._read_own_text(node, element, fields)
        if len(element):
            self._fill_below(node, element, fields)

    def _fill_own(self, node: Node, element: etree._Element, fields: Fields) -> None:
        texts, slots = node.texts, node.slots
        for name, text in element.items():
            field = texts.get(name)
            if text and field is not None:
                fields[field] = text
            elif (slot := slots.get(name)) is None:
                if f"@{name}" not in node.elsewhere:
                    self.keep_attribute(element, name, text)
            elif text or slot.required:
                try:
                    fields[slot.field] = slot.read(text, self.context)
                except ValueError as error:
                    raise RefusedError(Reason.BAD_VALUE, str(error), self.where(element, name)) from None

    def _fill_below(self, node: Node, element: etree._Element, fields: Fields) -> None:
        children: dict[Any, Any] = node.children
        seen: tuple[Any, ...] = ()
        for child in element[:]:  # three times as fast as iterating over the element itself
            tag = child.tag
            branch: Any = children.get(tag)
            form = type(branch)
            if form is Texts:
                self._read_text(child, branch.field, fields)
            elif form is Part and branch.many:
                part = self.read(branch.plan, child)
                if branch.field in fields:
                    fields[branch.field].append(part)
                else:
                    fields[branch.field] = [part]
            elif branch is None or tag in seen:
                if form is Node and branch.elsewhere:
                    self._keep_beside(branch, child, fields)
                elif tag not in node.elsewhere:
                    self.keep_element(child)
            else:
                seen += (tag,)
                if form is Node:
                    self._fill(branch, child, fields)
                else:
                    fields[branch.field] = self.read(branch.plan, child)

    def _keep_beside(self, node: Node, element: etree._Element, fields: Fields) -> None:
        """Of a repeated element whose children are read elsewhere: collect what the first did not say already."""
        for name, text in element.items():
            slot = node.slots.get(name)
            if slot is None or (text and fields.get(slot.field) != text):
                self.keep_attribute(element, name, text)
        for child in element:
            if child.tag not in node.elsewhere:
                self.keep_element(child)
        self.keep_text(element)

    def _read_own_text(self, node: Node, element: etree._Element, fields: Fields) -> None:
        if node.text is None:
            self.keep_text(element)
        elif text := _text_of(element):
            try:
                fields[node.text.field] = node.text.read(text, self.context)
            except ValueError as error:
                raise RefusedError(Reason.BAD_VALUE, str(error), self.where(element)) from None

    def _read_text(self, element: etree._Element, field: str, fields: Fields) -> None:
        """One text of several languages; what a mapping cannot hold of it is kept as an element."""
        others = dict(element.items())
        language, text = others.pop(_LANGUAGE, None), others.pop(_VALUE, None)
        own = (element.text or "").strip() if self._has_text else ""
        if not language or language in fields.get(field, ()):
            self.keep_element(element)
            return
        if text or own:
            fields.setdefault(field, {})[language] = text or own
        if others or len(element) or (text and own):
            self.keep_element(element)


def _text_of(element: etree._Element) -> str:
    """The text that stands directly in an element."""
    return "".join((element.text or "", *(child.tail or "" for child in element))).strip()
