import hashlib
import json

import pytest
import zstandard

from feed.core.dictionaries import CURRENT, DICTIONARIES, FOLDER, TRAINED

# One that is out never changes: whoever has it asks for it no more.
OUT = {100001: "69df1c341e071485d7989272751cf1c341cdb21d97ae7e7cc79ec00b9fb7822d"}


def test_what_is_out_stays_as_it_is():
    """A new dictionary is a new row, here too; none is taken away."""
    assert {each.id: each.sha256 for each in DICTIONARIES.values()} == OUT


def test_the_last_one_is_in_use():
    """In the order of `trained.json`, which has a row for each file."""
    numbers = list(json.loads(TRAINED.read_text("utf-8")))
    assert str(CURRENT.id) == numbers[-1]
    assert sorted(path.stem for path in FOLDER.glob("*.zdict")) == sorted(numbers)


@pytest.mark.parametrize("number", OUT)
def test_a_dictionary_says_its_own_id(number: int):
    """In its head, as the frames do; its size is a page's patience, and its digest that of its bytes."""
    each = DICTIONARIES[number]
    assert zstandard.ZstdCompressionDict(each.content, dict_type=zstandard.DICT_TYPE_FULLDICT).dict_id() == number
    assert 32 << 10 <= len(each.content) <= 112 << 10
    assert each.sha256 == hashlib.sha256(each.content).hexdigest()
    assert each.trained_from
