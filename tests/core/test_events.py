from feed.core.events import END, event, event_head, retry_line


def test_an_event_has_its_place_its_name_and_its_text():
    """One field a line, an empty line at the end (HTML Living Standard, section 9.2)."""
    assert event("result", b'{"seq":7}', "0badcafe:7") == b'id: 0badcafe:7\nevent: result\ndata: {"seq":7}\n\n'


def test_an_event_without_a_place_does_not_speak_of_one():
    """An empty id field would take away the place its reader has; no field leaves it alone."""
    assert event("error", b"{}") == b"event: error\ndata: {}\n\n"


def test_head_text_and_end_are_the_event():
    """What is made once an entry and joined later is the same as the whole."""
    assert event_head("result", "e:7") + b"{}" + END == event("result", b"{}", "e:7")


def test_the_time_to_come_back_is_no_event():
    """A block without data dispatches nothing."""
    assert retry_line(2_000) == b"retry: 2000\n\n"
