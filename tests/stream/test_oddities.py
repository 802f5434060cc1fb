import re
from pathlib import Path

import feed.stream


def test_every_oddity_that_is_told_has_its_test():
    """The package's docstring names tests that exist."""
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", feed.stream.__doc__ or "")
    assert len(named) > 20
    for file, name in named:
        text = (Path(__file__).parent / file).read_text("utf-8")
        assert re.search(rf"^(async )?def {name}\(", text, re.MULTILINE), f"{file}::{name}"
