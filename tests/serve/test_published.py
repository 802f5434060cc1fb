import json

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from replay.meet import meet
from tests.documents import fresh_competition, large, odf
from tests.serve.raw import Raw
from tests.service_fixture import House, Running


async def test_every_listed_schema_is_valid_json_schema(service: Running):
    """/schemas/ names them, each is served and is a valid schema of 2020-12."""
    _, page = await service.get("/schemas/")
    assert "/schemas/message.schema.json" in page["schemas"]
    for path in page["schemas"]:
        async with aiohttp.ClientSession() as session, session.get(service.url + path) as answer:
            assert answer.content_type == "application/schema+json"
            schema = json.loads(await answer.text())
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)


async def test_every_delivered_message_is_what_the_schema_promises(house: House):
    """A meet and its medals, documents, one with its body apart, a withdrawal: all validate, none without `seq`."""
    withdrawal = odf("XA", 2).replace(b"<Competition></Competition>", b"")
    await house.store(*(document for _, document in meet(1)), odf("XA", 1), withdrawal)
    *_, last = await house.store(large("XA", size=50), large("XB", size=600_000))
    schema = json.loads(await house.text("/schemas/message.schema.json"))
    validator = Draft202012Validator(schema)
    raw = await Raw.open(house.url, "after=0")
    messages = await raw.messages(1)
    while messages[-1]["seq"] < last:
        messages += await raw.messages(1)
    for message in messages:
        validator.validate(message)
        assert not validator.is_valid({name: value for name, value in message.items() if name != "seq"})
        assert not validator.is_valid(message | {"type": "no_kind"})
    assert {message["type"] for message in messages} >= {"result", "document", "ledger", "medal_table", "derived"}
    await raw.end()


async def test_control_frames_are_what_their_schema_promises(service: Running):
    """The frames that are sent validate against their published schema."""
    _, page = await service.get("/schemas/")
    names = [path for path in page["schemas"] if "control" in path or "frame" in path]
    assert names == ["/schemas/control.schema.json"]
    validator = Draft202012Validator(json.loads(await service.text(names[0])))
    await service.store(odf(fresh_competition()))
    raw = await Raw.open(service.url, "after=0")
    for message in await raw.until("replay_end"):
        if "topic" not in message:
            validator.validate(message)
    await raw.end()


@pytest.mark.parametrize("name", ["nothing.schema.json", "__init__.py", "..%2Fregistry.py", "..", "message"])
async def test_what_is_no_schema_is_not_found(service: Running, name: str):
    """Only schemas are served, by name."""
    raw = await Raw.connect(service.url)
    raw.send(f"GET /schemas/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert (await raw.head()).startswith(b"HTTP/1.1 404 ")
    await raw.end()
