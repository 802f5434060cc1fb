from schemas.message import Lane
from schemas.registry import KINDS, ODF_KEY, KindClass


def test_what_the_editor_sent_has_a_topic_of_its_own():
    """Two document types share the kind; the type in the key keeps an import from replacing what was published."""
    assert KINDS["news"].key_parts == ("type", *ODF_KEY)


def test_it_may_wait_for_results():
    """A newer version replaces the older one; nothing live stands in it."""
    assert (KINDS["news"].kind_class, KINDS["news"].lane) == (KindClass.DOCUMENT, Lane.BULK)
