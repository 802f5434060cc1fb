from feed.candidate import Decoded


def test_nothing_decoded_is_nothing_known():
    """A document that cannot be read at all has neither messages nor flag, topic or version."""
    nothing = Decoded()
    assert (nothing.candidates, nothing.refusal) == ((), None)
    assert (nothing.flag, nothing.topic, nothing.version) == (None, None, None)
