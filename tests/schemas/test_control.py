from typing import get_args

from schemas.control import Control
from schemas.registry import KINDS


def test_no_kind_is_named_like_a_control_frame():
    """One field, `type`, tells kinds and control frames apart, so their names must not meet."""
    names = {frame.__struct_config__.tag for frame in get_args(Control)}
    assert len(names) == len(get_args(Control))
    assert not names & set(KINDS)
