"""Lists of participants as documents: which set they belong to, what they remove, and that nothing is left over."""

from collections.abc import Callable
from datetime import UTC
from itertools import count
from pathlib import Path

import pytest
from lxml import etree

from feed.candidate import Decoded
from feed.core.lists import Plan
from feed.venues.odf import FAMILIES, Writer
from schemas.message import Lane, Op, Remark
from tests.core.set_makers import Set

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
Take = Callable[..., Plan]
CAPTURES = Path(__file__).parents[2] / "captures" / "odf"
SWIMMING = "SWM-------------------------------"
TOPIC = "XG2030.SWM.-.-.-.-."
SET_TYPES = ("DT_PARTIC", "DT_PARTIC_TEAMS", "DT_PARTIC_HORSES", "DT_PARTIC_NAME", "DT_ENTRIES")


@pytest.fixture
def people(odf: Build) -> Build:
    """Build a document of entities, each named by its element and attributes: `Team Code="1"`."""

    def build(type_: str, *elements: str, **changes: str | None) -> bytes:
        inside = "".join(f"<{element}/>" if "<" not in element else element for element in elements)
        header = {"DocumentType": type_, "DocumentCode": SWIMMING, "ResultStatus": None} | changes
        return odf(f"<Competition>{inside}</Competition>", **header)

    return build


@pytest.fixture
def take(decode: Decode, people: Build) -> Take:
    """Give documents to one set after the other, each a minute later than the last; they must be accepted."""
    minutes = count(10)

    def into(a_set: Set, type_: str, *elements: str, **changes: str | None) -> Plan:
        decoded = decode(people(type_, *elements, Time=f"12{next(minutes)}00000", **changes))
        assert decoded.listing is not None, decoded.refusal
        found = a_set.take(decoded.listing, list(decoded.candidates))
        assert isinstance(found, Plan)
        return found

    return into


def living(a_set: Set, list_: str) -> set[str]:
    return {topic.removeprefix(TOPIC) for topic in a_set.heads.members(f"{TOPIC}list.{list_}")}


@pytest.mark.parametrize(
    "type_, element, list_, entity",
    [
        ("DT_PARTIC", "Participant", "participants", "participant.77"),
        ("DT_PARTIC_TEAMS", "Team", "teams", "team.77"),
        ("DT_PARTIC_HORSES", "Horse", "horses", "horse.77"),
    ],
)
def test_a_list_its_synchronisation_and_its_update_are_one_set(
    type_: str, element: str, list_: str, entity: str, decode: Decode, people: Build
):
    """The topic is the discipline's with the code as key part; the lane is bulk, whatever brought it."""
    for name, subtype in ((type_, None), (type_, "SYNC"), (f"{type_}_UPDATE", None)):
        decoded = decode(people(name, f'{element} Code="77"', DocumentSubtype=subtype))
        assert decoded.topic == f"{TOPIC}list.{list_}"
        (found,) = decoded.candidates
        assert (found.message.topic, found.message.code, found.message.lane) == (TOPIC + entity, SWIMMING, Lane.BULK)
        assert decoded.listing is not None
        assert decoded.listing.full is (name == type_)


def test_a_full_list_and_updates_of_persons(take: Take):
    """An update adds and changes, nobody leaves by it: CANCEL is a status. A full list removes the others."""
    a_set = Set()
    take(a_set, "DT_PARTIC", 'Participant Code="1"', 'Participant Code="2"')
    left = take(a_set, "DT_PARTIC_UPDATE", 'Participant Code="2" Status="CANCEL" ModificationIndicator="U"')
    assert [change.candidate.message.op for change in left.changes] == [Op.PUT, Op.PUT]
    assert living(a_set, "participants") == {"participant.1", "participant.2"}
    synchronised = take(a_set, "DT_PARTIC", 'Participant Code="2" Status="CANCEL"', DocumentSubtype="SYNC")
    assert synchronised.duplicates == 1
    assert living(a_set, "participants") == {"participant.2"}


def test_a_person_is_never_deleted_by_a_mark(decode: Decode, people: Build):
    """The mark to delete is for teams and horses; a person with it stays, and the odd code is remarked."""
    (found,) = decode(people("DT_PARTIC_UPDATE", 'Participant Code="1" ModificationIndicator="D"')).candidates
    assert (found.message.op, found.message.remarks) == (Op.PUT, (Remark.UNKNOWN_CODE,))
    assert found.message.body.change == "D"


@pytest.mark.parametrize("name, list_", [("DT_PARTIC", "participants"), ("DT_PARTIC_TEAMS", "teams")])
def test_people_of_earlier_games_are_a_set_of_their_own(name: str, list_: str, take: Take):
    """Another system lists them: neither of the two full lists removes what the other one lists."""
    element = "Participant" if name == "DT_PARTIC" else "Team"
    a_set = Set()
    take(a_set, name, f'{element} Code="1"')
    take(a_set, name, f'{element} Code="A1"', f'{element} Code="A2"', DocumentSubtype="HISTORICAL")
    take(a_set, name, f'{element} Code="1"', DocumentSubtype="SYNC")
    take(a_set, name, f'{element} Code="A2"', DocumentSubtype="HISTORICAL", Version="4")
    assert living(a_set, list_) == {f"{element.lower()}.1"}
    assert living(a_set, f"{list_}.HISTORICAL") == {f"{element.lower()}.A2"}


@pytest.mark.parametrize("name, element", [("DT_PARTIC_TEAMS", "Team"), ("DT_PARTIC_HORSES", "Horse")])
def test_an_update_deletes_teams_and_horses(name: str, element: str, take: Take):
    """By its ModificationIndicator; what was deleted comes back with the next list that names it."""
    kind = element.lower()
    a_set = Set()
    take(a_set, name, f'{element} Code="1"', f'{element} Code="2"')
    found = take(a_set, f"{name}_UPDATE", f'{element} Code="2" ModificationIndicator="D"')
    tombstone = found.changes[0]
    assert (tombstone.candidate.message.op, tombstone.candidate.message.body) == (Op.REMOVED, None)
    assert tombstone.verdict.supersedes == 2
    assert living(a_set, f"{kind}s") == {f"{kind}.1"}
    take(a_set, name, f'{element} Code="1"', f'{element} Code="2"', DocumentSubtype="SYNC")
    assert living(a_set, f"{kind}s") == {f"{kind}.1", f"{kind}.2"}


def test_a_document_that_deletes_says_something_else_than_one_that_does_not(decode: Decode, people: Build):
    """The mark is no content, but what it removes is: the same Version again with D is no duplicate."""
    hashes = set()
    for mark in ("N", "U", "D"):
        decoded = decode(people("DT_PARTIC_TEAMS_UPDATE", f'Team Code="1" ModificationIndicator="{mark}"'))
        assert decoded.listing is not None
        hashes.add(decoded.listing.document.hash)
    assert len(hashes) == 2


def test_what_is_deleted_and_entered_again_in_one_document_is_there(decode: Decode, people: Build):
    """Of repeats the last wins, also over a deletion."""
    marks = ('Team Code="1" ModificationIndicator="D"', 'Team Code="1" ModificationIndicator="N"')
    for elements, op in ((marks, Op.PUT), (marks[::-1], Op.REMOVED)):
        (found,) = decode(people("DT_PARTIC_TEAMS_UPDATE", *elements)).candidates
        assert (found.message.op, found.message.remarks) == (op, (Remark.REPEATED_IN_DOCUMENT,))


def test_a_team_of_teams_has_the_same_hash_with_and_without_its_mark(decode: Decode, people: Build):
    """Teams in teams have the tag of the entity itself; the mark is no content there either."""
    team = '<Team Code="1"{}><Composition><Team Code="2" Order="1"{}/></Composition></Team>'
    (plain,) = decode(people("DT_PARTIC_TEAMS", team.format("", ""))).candidates
    mark = ' ModificationIndicator="U"'
    (marked,) = decode(people("DT_PARTIC_TEAMS_UPDATE", team.format(mark, mark))).candidates
    assert marked.hash == plain.hash
    (other,) = decode(people("DT_PARTIC_TEAMS", team.format("", ' Bib="1"'))).candidates
    assert other.hash != plain.hash


def test_names_are_whole_for_one_language(take: Take):
    """The list of one language removes nothing of another; a message without a language is in English."""
    a_set = Set()
    take(a_set, "DT_PARTIC_NAME", 'Participant Code="1"', 'Participant Code="2"', Language="JPN")
    take(a_set, "DT_PARTIC_NAME", 'Participant Code="1"', Language="ARA")
    take(a_set, "DT_PARTIC_NAME", 'Participant Code="1"')
    take(a_set, "DT_PARTIC_NAME", 'Participant Code="2"', Language="JPN", Version="4")
    assert living(a_set, "names") == {"name.ARA.1", "name.ENG.1", "name.JPN.2"}


def test_an_entry_is_written_in_the_order_of_the_schema(decode: Decode):
    """What a sport knows of an entry stands before its members, as a customer's validator expects."""
    (found,) = decode((CAPTURES / "entries-2026.xml").read_bytes()).candidates
    writer = Writer("P", FAMILIES["2026"], UTC, lambda _ref: b"")
    entry = etree.fromstring(writer.encode(found.message)).find("Competition/Entry")
    assert entry is not None
    assert [child.tag for child in entry] == ["Description", "Coaches", "ExtendedEntry", "Composition"]


@pytest.mark.shared
def test_all_real_participants_and_entries_are_mapped(shared: Path, decode: Decode):
    """Laboratory files of 2026 and 2028: no attribute and no element is left over."""
    found = 0
    for path in sorted((shared / "data" / "odf").rglob("*.xml")):
        decoded = decode(path.read_bytes())
        assert decoded.refusal is None, path.name
        messages = [each.message for each in decoded.candidates]
        if decoded.listing is not None:
            messages.append(decoded.listing.head.message)
        if messages[0].document.type.removesuffix("_UPDATE") not in SET_TYPES:
            continue
        found += 1
        assert all(Remark.UNMAPPED not in message.remarks for message in messages), path.name
    assert found == 13
