"""Read an element into the Struct a plan describes; what no field holds is collected, never lost.

This is the hot path: what is rare (an unknown name, a wrong value, a path to name) is looked up only when it happens.
"""

from datetime import tzinfo
from typing import Any

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.paths import Paths
from feed.venues.odf.plan import Fields, Node, Plan
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.values import Context


class Walker:
    """Reads the elements of one document, then `context.remarks` and `unmapped` (XPath to text or XML) are complete.

    `zone` is for moments without offset, None when it is not set; `has_text` says that some element holds text, which
    ODF's results never do.
    """

    def __init__(self, zone: tzinfo | None, *, has_text: bool) -> None:
        self.context = Context(zone)
        self.unmapped: dict[str, str] = {}
        self._has_text = has_text
        self._paths = Paths()

    def read(self, plan: Plan, element: etree._Element) -> Any:  # noqa: ANN401 - the plan's own Struct
        """The Struct at an element; raises RefusedError bad_value with the XPath of what is wrong or missing."""
        fields: Fields = {}
        self._fill(plan.node, element, fields)
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

    def keep_attribute(self, element: etree._Element, name: str, text: str) -> None:
        """Collect an attribute that no field holds."""
        self.unmapped[f"{self._paths.of(element)}/@{name}"] = text

    def keep_element(self, element: etree._Element) -> None:
        """Collect an element that no field holds, as XML."""
        self.unmapped[self._paths.of(element)] = etree.tostring(element, encoding="unicode", with_tail=False)

    def keep_text(self, element: etree._Element) -> None:
        """Collect text that stands directly in an element of which only attributes and children have fields."""
        texts = [element.text or "", *(child.tail or "" for child in element)]
        if text := "".join(texts).strip():
            self.unmapped[f"{self._paths.of(element)}/text()"] = text

    def _fill(self, node: Node, element: etree._Element, fields: Fields) -> None:
        texts = node.texts
        for name, text in element.items():
            if text and name in texts:
                fields[texts[name]] = text
            else:
                self._fill_other(node, element, name, text, fields)
        if self._has_text:
            self.keep_text(element)
        children: dict[Any, Any] = node.children  # str -> Node | Part; told apart below without a call
        seen: tuple[Any, ...] = ()
        for child in element[:]:  # three times as fast as iterating over the element itself
            tag = child.tag
            branch = children.get(tag)
            if branch is None or tag in seen:
                self.keep_element(child)
                continue
            if type(branch) is Node:
                self._fill(branch, child, fields)
            else:
                plan, field, many = branch
                part = self.read(plan, child)
                if not many:
                    fields[field] = part
                elif field in fields:
                    fields[field].append(part)
                    continue
                else:
                    fields[field] = [part]
                    continue
            seen += (tag,)

    def _fill_other(self, node: Node, element: etree._Element, name: str, text: str, fields: Fields) -> None:
        slot = node.slots.get(name)
        if slot is None:
            self.keep_attribute(element, name, text)
        elif text or slot.required:
            try:
                fields[slot.field] = slot.read(text, self.context)
            except ValueError as error:
                raise RefusedError(Reason.BAD_VALUE, str(error), f"{self._paths.of(element)}/@{name}") from None
