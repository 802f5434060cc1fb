import json

import pytest
from aiohttp import web

from feed.errors import COMPLAINTS, ErrorName, ReaderError
from feed.serve.answers import problem, reader_problem


def body_of(answer: web.Response) -> dict[str, object]:
    assert isinstance(answer.body, bytes)
    return json.loads(answer.body)


@pytest.mark.parametrize("name", list(ErrorName))
def test_every_named_error_has_one_form(name: ErrorName):
    """Our error with name, detail and hint, and the fields of RFC 9457 beside it."""
    answer = reader_problem(ReaderError(name, "what", hint="do that"))
    assert (answer.status, answer.content_type) == (COMPLAINTS[name].status, "application/problem+json")
    assert body_of(answer) == {
        "error": {"name": name.value, "detail": "what", "hint": "do that"},
        "type": f"urn:feed:{name.value}",
        "title": name.value.replace("_", " "),
        "status": answer.status,
        "detail": "what",
    }
    assert ("Retry-After" in answer.headers) == (answer.status in {429, 503})


def test_a_kept_document_is_told_by_its_id():
    """`quarantine` is there when there is one."""
    assert body_of(problem(422, "bad_version", "what", "", "ID"))["quarantine"] == "ID"
