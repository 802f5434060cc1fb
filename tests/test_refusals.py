import pytest

from feed.errors import ErrorName
from feed.refusals import HINTS, Reason, Refusal


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_hint(reason: Reason):
    """A venue is always told what to do next, in a sentence."""
    assert Refusal(reason, "detail").hint == HINTS[reason]
    assert HINTS[reason].endswith(".")


def test_reasons_are_labels():
    """Lower-case words that a metric, a subject and an answer can carry."""
    assert all(reason.value == reason.name.lower() for reason in Reason)
    assert all(reason.value.replace("_", "").isalpha() for reason in Reason)


def test_a_venue_and_a_reader_share_only_what_means_the_same():
    """One name, one meaning, on both sides."""
    assert {reason.value for reason in Reason} & {name.value for name in ErrorName} == {"too_large"}
