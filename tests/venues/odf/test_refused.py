from feed.refusals import HINTS, Reason, Refusal
from feed.venues.odf.refused import RefusedError


def test_a_refusal_travels_whole():
    """The error carries reason, detail and place, and the hint that belongs to the reason."""
    error = RefusedError(Reason.BAD_FLAG, "FeedFlag is 'X'", "/OdfBody/@FeedFlag")
    assert error.refusal == Refusal(Reason.BAD_FLAG, "FeedFlag is 'X'", "/OdfBody/@FeedFlag")
    assert error.hint == error.refusal.hint == HINTS[Reason.BAD_FLAG]
