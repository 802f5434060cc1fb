from collections.abc import Callable

from feed.candidate import Decoded, Receipt
from feed.venues import FORMATS


def test_odf_is_registered_and_tells_refusals_instead_of_raising():
    """The registered decoder takes bytes and a receipt and answers with Decoded, whatever the bytes are."""
    decode: Callable[[bytes, Receipt], Decoded] = FORMATS["odf"]
    decoded = decode(b"no xml", Receipt(1, None, lambda _: None))
    assert decoded.candidates == ()
    assert decoded.refusal is not None
