import json

import msgspec

from schemas.message import Mentions
from schemas.result_parts import Extension, Member, Stat
from schemas.stats import Counted, StatsBody
from schemas.wire import _encoder

FIGURE = Stat(type="ST", code="HOLE", pos="18", value="3.0", extensions=(Extension(code="PUTTS", value="2"),))


def test_a_table_always_has_its_code_and_its_figures():
    """Also when they are none."""
    assert json.loads(_encoder.encode(StatsBody())) == {"code": None, "overall": [], "competitors": []}


def test_figures_stand_with_those_they_are_about():
    """With the message, the table, a competitor or a member, there and back; figures are texts."""
    member = Member(id="2", stats=(FIGURE,))
    counted = Counted(id="T1", kind="team", noc="XAA", order="1", stats=(FIGURE,), members=(member,))
    body = StatsBody(venue="HAL", stats=(FIGURE,), code="CUM", overall=(FIGURE,), competitors=(counted,))
    assert msgspec.json.decode(_encoder.encode(body), type=StatsBody) == body
    assert body.mentions() == Mentions("HAL", ("XAA",), ("2",))
