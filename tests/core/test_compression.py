import random

import msgspec
import pytest
import zstandard

from feed.core.compression import compress
from feed.core.dictionaries import CURRENT
from schemas.examples import examples
from tests.core.makers import entry


def dictionary() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(CURRENT.content, dict_type=zstandard.DICT_TYPE_FULLDICT)


@pytest.mark.parametrize("text", [b"", b"{}", entry(7, size=500).json, entry(7, size=600_000).json])
def test_a_frame_tells_what_its_reader_must_know(text: bytes):
    """Its dictionary, its size, no window larger than that, and no checksum."""
    head = zstandard.get_frame_parameters(compress(text))
    assert (head.dict_id, head.content_size, head.has_checksum) == (CURRENT.id, len(text), False)
    assert head.window_size <= max(len(text), 1024)
    assert zstandard.ZstdDecompressor(dict_data=dictionary()).decompress(compress(text)) == text


def test_the_bytes_do_not_depend_on_who_makes_them():
    """One that was made just now makes the same as one that has made others: a level and a dictionary, nothing else."""
    texts = [entry(seq, size=10 * seq).json for seq in range(1, 50)]
    kept = [compress(text) for text in texts]
    random.Random(1).shuffle(texts)
    fresh = {text: zstandard.ZstdCompressor(level=3, dict_data=dictionary()).compress(text) for text in texts}
    assert sorted(kept) == sorted(fresh.values())
    assert [compress(text) for text in texts] == [fresh[text] for text in texts]


def test_the_dictionary_is_worth_it():
    """The examples of all kinds, short as they are, come to a third; without it only to half as few."""
    texts = list(map(msgspec.json.encode, examples().values()))
    without = zstandard.ZstdCompressor(level=3).compress
    size, plain, packed = (sum(len(make(text)) for text in texts) for make in (bytes, without, compress))
    assert packed * 3 < size
    assert packed * 1.5 < plain
