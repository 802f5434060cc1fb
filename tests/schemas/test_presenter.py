import json

from schemas.message import Mentions
from schemas.presenter import Presentation, PresenterBody, PresenterNames, PresentingPerson
from schemas.wire import _encoder


def test_a_presentation_always_says_for_which_event_and_by_whom():
    """A person without id is a guest; a name that was not sent is left out."""
    person = PresentingPerson(names=(PresenterNames(language="ENG", name="A GUEST"),))
    body = json.loads(_encoder.encode(PresenterBody(presentations=(Presentation(presenters=(person,)),))))
    people = [{"id": None, "names": [{"language": "ENG", "name": "A GUEST"}]}]
    assert body == {"presentations": [{"event": None, "presenters": people}]}


def test_organisations_of_the_presenters_are_mentioned():
    """Each once, in order of appearance, over all events; presenters are no athletes."""
    first = Presentation(presenters=(PresentingPerson(id="1", noc="XBB"), PresentingPerson()))
    second = Presentation(presenters=(PresentingPerson(noc="XAA"), PresentingPerson(noc="XBB")))
    assert PresenterBody(venue="HAL", presentations=(first, second)).mentions() == Mentions("HAL", ("XBB", "XAA"))
    assert PresenterBody().mentions() == Mentions()
