from schemas.call import CallBody
from schemas.competitor import Decision
from schemas.message import Mentions


def test_a_call_is_about_those_of_its_result():
    """Whoever follows the venue, an organisation or an athlete of the result hears of its call."""
    body = CallBody(
        call="wait",
        decision=Decision(pending=True, reason="protest"),
        result=7,
        venue="STA",
        nocs=("FRA",),
        athletes=("1",),
    )
    assert body.mentions() == Mentions("STA", ("FRA",), ("1",))
