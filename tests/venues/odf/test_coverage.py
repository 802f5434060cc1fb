"""Nothing that a real document holds is left over: every element and attribute has a field."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import UNSET

from feed.candidate import Decoded
from schemas.document import DocumentBody

# Path -> why no field holds it.
ARGUED: dict[str, str] = {}
_POSITION = re.compile(r"\[\d+\]")


def left_over(decoded: Decoded) -> Iterator[str]:
    """Kind and path of what a document holds beyond our tables."""
    bodies = [(type(each.message).__name__, each.message.body) for each in decoded.candidates]
    if decoded.listing:
        bodies.append(("List", decoded.listing.document))
    for kind, body in bodies:
        unmapped = getattr(body, "unmapped", UNSET)
        yield from (f"{kind} {_POSITION.sub('', path)}" for path in (unmapped or ()))


@pytest.mark.shared
def test_real_documents_leave_nothing_over(shared: Path, decode: Callable[[bytes], Decoded]):
    """All real files: the paths without a field are those that are argued here, and no type is carried whole."""
    found: Counter[str] = Counter()
    documents = sorted((shared / "data" / "odf").rglob("*.xml"))
    for path in documents:
        decoded = decode(path.read_bytes())
        assert decoded.refusal is None, path
        assert not any(isinstance(each.message.body, DocumentBody) for each in decoded.candidates), path
        found.update(left_over(decoded))
    assert len(documents) > 170
    assert set(found) == set(ARGUED)


def test_what_is_left_over_is_seen(decode: Callable[[bytes], Decoded], odf: Callable[..., bytes]):
    """A path without a field is told, without positions."""
    decoded = decode(odf('<Competition><Result New="1"><Competitor Code="1" Type="A"/></Result></Competition>'))
    assert list(left_over(decoded)) == ["Result /OdfBody/Competition/Result/@New"]
