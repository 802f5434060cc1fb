"""Where an element stands in its document, told only when something there has to be named."""

from lxml import etree


class Paths:
    """XPaths of the elements of one tree; siblings are numbered once per parent, so naming all of them stays linear."""

    def __init__(self) -> None:
        self._steps: dict[etree._Element, dict[etree._Element, str]] = {}

    def of(self, element: etree._Element) -> str:
        """The XPath of an element, positions where siblings share a name: `/OdfBody/Competition/Result[2]`."""
        steps = [tag(element)]
        while (parent := element.getparent()) is not None:
            if parent not in self._steps:
                self._steps[parent] = _number(parent)
            steps[-1] = self._steps[parent][element]
            steps.append(tag(parent))
            element = parent
        return "/" + "/".join(reversed(steps))


def tag(element: etree._Element) -> str:
    """An element's name; the parser leaves nothing in the tree whose name is no text."""
    return str(element.tag)


def _number(parent: etree._Element) -> dict[etree._Element, str]:
    groups: dict[str, list[etree._Element]] = {}
    for child in parent:
        groups.setdefault(tag(child), []).append(child)
    return {
        child: f"{name}[{position}]" if len(group) > 1 else name
        for name, group in groups.items()
        for position, child in enumerate(group, 1)
    }
