import pytest

from benchmarks import decode, schedules
from benchmarks.clients import document
from benchmarks.decode import RECEIPT, STAGES, Sample, memory, normalized, samples, stages
from feed.venues import FORMATS
from feed.venues.odf import decode as decode_odf
from feed.venues.odf.names import name_of
from feed.venues.odf.rows import BYTES_MAX
from feed.venues.odf.schedule import SCHEDULE


@pytest.fixture
def small() -> Sample:
    return Sample("small", [document(0, 1, 2_000), schedules.schedule("JUD", 10)])


def test_every_stage_is_timed(small: Sample):
    """From the bytes to the end of each stage, so that no later one is cheaper than all of parsing."""
    spent = stages(small, 3)
    assert list(spent) == list(STAGES)
    assert min(each.seconds for each in spent.values()) > 0
    assert spent[decode.BARE].ratio == 1
    assert spent["and index headers with JSON"].ratio > 1


def test_what_is_measured_is_decoded(monkeypatch: pytest.MonkeyPatch):
    """A refused document would be read very fast."""
    monkeypatch.setattr(decode, "UNITS", 2)
    for sample in samples():
        for content in sample.documents:
            decoded = FORMATS["odf"](content, RECEIPT)
            assert decoded.refusal is None
            assert normalized(decoded)


def test_rows_are_new_in_one_sample_and_known_in_the_next():
    """What the two columns of a result compare."""
    new, again, *_ = samples()
    assert not set(rows(new.documents[0])) & set(rows(new.documents[1]))
    assert sum(len(row) for document in new.documents for row in rows(document)) > BYTES_MAX
    shared_rows = set(rows(again.documents[0])) & set(rows(again.documents[1]))
    assert 0.8 < len(shared_rows) / len(rows(again.documents[0])) < 1


@pytest.mark.parametrize("is_first", [True, False])
def test_the_first_time_nothing_is_known(*, is_first: bool):
    """The decoder forgets before each document is read, and only then."""
    document, found = schedules.schedule("JUD", 10), []

    def act(content: bytes) -> None:
        found.append((len(SCHEDULE.known), name_of.cache_info().currsize > 0))
        assert normalized(decode_odf(content, RECEIPT))

    decode_odf(document, RECEIPT)
    entities = len(SCHEDULE.known)
    decode._seconds(act, Sample("", [document] * 2, is_first))
    assert found == [(0, False) if is_first else (entities, True)] * 2


def rows(content: bytes) -> list[bytes]:
    """The bytes of the rows of a result."""
    return content.split(b"</Result>")[1:-1]


def test_memory_is_read_of_a_process_of_its_own(small: Sample):
    """Megabytes after the warm-up and after as many documents again: a small document leaves nothing behind."""
    before, after = memory(small)
    assert 10 < before < 500
    assert after - before < 5


def test_the_tables_have_a_column_and_a_row_for_each_sample(monkeypatch: pytest.MonkeyPatch, small: Sample):
    """Ratios stand beside the times; the floor's is 1."""
    monkeypatch.setattr(decode, "samples", lambda: [small])
    table = decode.measure(1)
    assert table[2] == "| stage | small |"
    assert table[4].startswith("| bare lxml parse | ")
    assert table[4].endswith("(1.00) |")
    assert table[-1].startswith("| small | ")
