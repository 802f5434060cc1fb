from schemas.message import Mentions
from schemas.record_event import Holder
from schemas.record_table import RecordRow, RecordTableBody, Standing


def test_a_table_mentions_who_holds_a_record():
    """Those who share one and those whose record is pending, each once; not who held it before."""
    first, second = Holder(id="1", noc="XAA", athletes=("1",)), Holder(id="2", noc="XBB", athletes=("2",))
    old = Standing(result="46.40", holders=(Holder(id="9", noc="XZZ", athletes=("9",)),))
    shared = Standing(result="46.39", holders=(first, second), previous=old)
    rows = (
        RecordRow(record_type="WR", official=shared, provisional=shared, historical=old),
        RecordRow(record_type="OR", provisional=Standing(result="46.50", holders=(second,))),
        RecordRow(record_type="AF"),
    )
    assert RecordTableBody(code="R", rows=rows).mentions() == Mentions(None, ("XAA", "XBB"), ("1", "2"))
