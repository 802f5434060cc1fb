from itertools import islice
from pathlib import Path
from random import Random

import msgspec
import pytest
import zstandard
from click.testing import CliRunner

from benchmarks import dictionary
from benchmarks.dictionary import SAMPLE_BYTES, differences, entries_of, samples, trained
from benchmarks.rehearsed import rehearsed, simulated
from feed.core.entry import Entry


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(islice(entries_of(rehearsed(simulated("small", 5), 5)), 3_000))


def test_every_kind_is_told_in_every_way(entries: list[Entry]):
    """In JSON, in MessagePack and by differences; as many of each kind, no more than a beginning of each."""
    taken = samples(entries, Random(1))
    texts = [text for text in taken if text.startswith(b'{"seq":')]
    packed = [text for text in taken if not text.startswith(b"{")]
    patches = sum(b'"patch":[' in text for text in texts)
    assert len(packed) + patches == len(texts)
    assert patches == len(list(differences(entries))) > 0
    assert max(map(len, taken)) <= SAMPLE_BYTES
    kinds = {entry.kind for entry in entries}
    assert {msgspec.json.decode(text)["type"] for text in texts if len(text) < SAMPLE_BYTES} <= kinds


def test_the_same_messages_make_the_same_dictionary(entries: list[Entry], monkeypatch: pytest.MonkeyPatch):
    """With the id that it was given."""
    monkeypatch.setattr(dictionary, "OF_A_KIND", 50)
    first, second = (trained(100_000, iter(entries)) for _ in range(2))
    assert first == second
    assert zstandard.ZstdCompressionDict(first).dict_id() == 100_000


def test_a_dictionary_is_added_and_none_is_overwritten(
    entries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The last row of `trained.json` is the one in use; what is out may be in somebody's hands."""
    monkeypatch.setattr(dictionary, "TRAINED", tmp_path / "trained.json")
    monkeypatch.setattr(dictionary, "path_of", lambda number: tmp_path / f"{number}.zdict")
    monkeypatch.setattr(dictionary, "trained", lambda number, _: b"%d" % number)
    ran = [CliRunner().invoke(dictionary.main, [number]) for number in ("100000", "99999", "100000", "7")]
    assert [each.exit_code for each in ran] == [0, 0, 1, 2]
    assert (tmp_path / "100000.zdict").read_bytes() == b"100000"
    known = msgspec.json.decode((tmp_path / "trained.json").read_bytes())
    assert list(known) == ["100000", "99999"]
    assert all("seed 2030" in text for text in known.values())
