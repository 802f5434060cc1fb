import json
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, to_builtins

from feed.candidate import Candidate, Decoded
from feed.refusals import Reason
from schemas.competitor import Competitor, Decision
from schemas.message import Remark
from schemas.result import ResultBody
from schemas.wire import encode

Accept = Callable[[bytes], Candidate]
Build = Callable[..., bytes]
CONTENTS = {
    "DT_IMAGE": "<Image><ImageData>{}</ImageData></Image>",
    "DT_PIC": "<Picture>{}</Picture>",
    "DT_AUDIO": "<Audio><File>{}</File></Audio>",
    "DT_PDF": "<PDFData>{}</PDFData>",
}
TIMES = '<ExtendedResult Type="ER" Code="{}" Pos="1" Value="1.0"/>'


def competition(*rows: str) -> str:
    return f"<Competition>{''.join(rows)}</Competition>"


def row(code: str, attributes: str = "", *, inside: str = "", type_: str = "A", athletes: str = "") -> str:
    competitor = f'<Competitor Code="{code}" Type="{type_}">{athletes}</Competitor>'
    return f"<Result {attributes}>{inside}{competitor}</Result>"


def athlete(code: str, attributes: str = "", **names: str) -> str:
    described = " ".join(f'{name}="{text}"' for name, text in names.items())
    return f'<Athlete Code="{code}" {attributes}><Description {described}/></Athlete>'


def composed(*athletes: str) -> str:
    return f"<Composition>{''.join(athletes)}</Composition>"


def refs_of(written: Any) -> list[dict[str, Any]]:
    """Every `content` in a message, in order."""
    if isinstance(written, list):
        return [ref for part in written for ref in refs_of(part)]
    if not isinstance(written, dict):
        return []
    own = [written["content"]] if "content" in written else []
    return own + [ref for part in written.values() for ref in refs_of(part)]


def body_of(candidate: Candidate) -> ResultBody:
    body = candidate.message.body
    assert isinstance(body, ResultBody)
    return body


@pytest.fixture
def only(accept: Accept, odf: Build) -> Callable[[str], Competitor]:
    def read(text: str) -> Competitor:
        (competitor,) = body_of(accept(odf(competition(text)))).competitors
        return competitor

    return read


def test_competitors_stand_in_sort_order_and_unsorted_ones_last(accept: Accept, odf: Build):
    """Rows are sorted by number, equal ones and those without stay as they were sent."""
    rows = [row("n1"), row("10", 'SortOrder="10"'), row("2a", 'SortOrder="2"'), row("n2"), row("2b", 'SortOrder="2"')]
    body = body_of(accept(odf(competition(*rows))))
    assert [competitor.id for competitor in body.competitors] == ["2a", "2b", "10", "n1", "n2"]


def test_splits_are_moved_out_of_the_extended_values(only: Callable[[str], Competitor]):
    """Type PROGRESS and Code INTERMEDIATE are splits; what remains stays where it was."""
    values = TIMES.format("INTERMEDIATE") + TIMES.format("REACT_TIME") + '<ExtendedResult Type="PROGRESS" Code="LAST"/>'
    found = only(row("1", inside=f"<ExtendedResults>{values}</ExtendedResults>"))
    assert [split.code for split in found.splits] == ["INTERMEDIATE", "LAST"]
    assert found.extended is not UNSET
    assert [value.code for value in found.extended] == ["REACT_TIME"]


@pytest.mark.parametrize("code, splits, has_extended", [("INTERMEDIATE", 1, False), ("REACT_TIME", 0, True)])
def test_a_list_without_entries_is_left_out(
    code: str, splits: int, *, has_extended: bool, only: Callable[[str], Competitor]
):
    """With nothing but splits there is no `extended`, and without splits `splits` is empty."""
    found = only(row("1", inside=f"<ExtendedResults>{TIMES.format(code)}</ExtendedResults>"))
    assert (len(found.splits), found.extended is not UNSET) == (splits, has_extended)


def test_an_athlete_has_the_name_and_bib_of_its_member(only: Callable[[str], Competitor]):
    """A single athlete's row is named after the one member of its composition."""
    found = only(row("7", athletes=composed(athlete("7", 'Bib="12"', GivenName="Anna", FamilyName="Muster"))))
    assert (found.kind, found.name, found.bib) == ("athlete", "Anna Muster", "12")
    assert only(row("7", athletes=composed(athlete("7", FamilyName="Muster")))).name == "Muster"


def test_what_the_row_says_itself_wins(only: Callable[[str], Competitor]):
    """A bib at the competitor is not replaced by the member's."""
    text = (
        '<Result><Competitor Code="7" Type="A" Bib="1">' + composed(athlete("7", 'Bib="2"')) + "</Competitor></Result>"
    )
    assert only(text).bib == "1"


@pytest.mark.parametrize("type_, members", [("T", 1), ("A", 0), ("A", 2)])
def test_only_a_row_of_one_athlete_takes_its_name(type_: str, members: int, only: Callable[[str], Competitor]):
    """Teams, placeholders and rows of several athletes have no name but their own."""
    people = [athlete(str(n), GivenName="Anna", FamilyName="Muster") for n in range(members)]
    assert only(row("7", type_=type_, athletes=composed(*people))).name is None


def test_results_keep_their_text(only: Callable[[str], Competitor]):
    """Values are never turned into numbers: trailing zeros and signs stay."""
    found = only(row("1", 'Result="9.580" Rank="01" Diff="+0.00" StartOrder="I" StartSortOrder="3"'))
    assert (found.result, found.rank, found.diff, found.lane, found.start_order) == ("9.580", "01", "+0.00", "I", 3)


def test_decision_and_call_are_left_to_others(accept: Accept, odf: Build):
    """The decoder says nothing about what a result is worth."""
    body = body_of(accept(odf(competition(row("1")))))
    assert (body.decision, body.call) == (Decision(pending=False), "wait")


def test_versions_notes_and_the_header_are_not_unmapped(accept: Accept, odf: Build):
    """What the envelope holds is no loss: Gen, Sport, Codes, Serial, Note."""
    document = odf('<Competition Gen="g" Sport="s" Codes="c"/><Note>n</Note>', Serial="1")
    candidate = accept(document)
    assert body_of(candidate).unmapped is UNSET
    assert Remark.UNMAPPED not in candidate.message.remarks


def test_everything_else_is_unmapped_and_remarked(accept: Accept, odf: Build):
    """What no field holds is kept with its path, also beside Competition and in the header."""
    candidate = accept(odf('<Competition New="1"/><Note By="x">n</Note><Note>m</Note><Other/>', Mood="calm"))
    assert body_of(candidate).unmapped == {
        "/OdfBody/@Mood": "calm",
        "/OdfBody/Competition/@New": "1",
        "/OdfBody/Note[1]": '<Note By="x">n</Note>',
        "/OdfBody/Other": "<Other/>",
    }
    assert candidate.message.remarks[-1] is Remark.UNMAPPED
    assert candidate.message.document is not None
    assert candidate.message.document.notes == ("n", "m")


@pytest.mark.parametrize(
    "text, where",
    [
        ("<Result/>", "/OdfBody/Competition/Result/Competitor/@Code"),
        (
            '<Result SortOrder="first"><Competitor Code="1" Type="A"/></Result>',
            "/OdfBody/Competition/Result/@SortOrder",
        ),
        ('<Clock Running="?"/>', "/OdfBody/Competition/Clock/@Running"),
    ],
)
def test_a_wrong_row_refuses_the_document(text: str, where: str, decode: Callable[[bytes], Decoded], odf: Build):
    """One bad value refuses the whole document and is named."""
    decoded = decode(odf(competition(text)))
    assert decoded.candidates == ()
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (Reason.BAD_VALUE, where)


@pytest.mark.parametrize("name", ["DT_IMAGE", "DT_PIC", "DT_AUDIO", "DT_PDF"])
def test_whatever_a_message_refers_to_is_attached_to_it(name: str, accept: Accept, odf: Build):
    """Bytes, name and media type are those of the content as it was sent, in the order of the document."""
    form = CONTENTS[name]
    told = ["one", "%PDF-two", "one"]
    pieces = "".join(form.format(b64encode(text.encode()).decode()) for text in told[: 1 if name == "DT_PDF" else 3])
    candidate = accept(odf(competition(pieces), DocumentType=name))
    found = refs_of(json.loads(encode(candidate.message)))
    assert found == [to_builtins(each.ref) for each in candidate.attached]
    assert [each.content.decode() for each in candidate.attached] == told[: len(found)]
    assert [ref["sha256"] for ref in found] == [sha256(each.content).hexdigest() for each in candidate.attached]
    assert candidate.message.body.unmapped is UNSET  # type: ignore[union-attr]  # the body is there


@pytest.mark.parametrize("content", ["A", "====", "aGk=aGk=", "data:image/png;base64,QQ=="])
def test_what_is_no_base64_refuses_the_document(content: str, decode: Callable[[bytes], Decoded], odf: Build):
    """Half a picture is none; its place is named."""
    decoded = decode(odf(competition(f"<PDFData>{content}</PDFData>"), DocumentType="DT_PDF"))
    assert decoded.candidates == ()
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (Reason.BAD_VALUE, "/OdfBody/Competition/PDFData")


@pytest.mark.shared
def test_real_results_lose_nothing(shared: Path, accept: Accept):
    """Every real DT_RESULT is accepted, and every value of it is in the message."""
    unmapped: dict[str, str] = {}
    documents = sorted((shared / "data" / "odf").rglob("*DT_RESULT-*.xml"))
    assert len(documents) > 20
    for document in documents:
        body = body_of(accept(document.read_bytes()))
        unmapped |= body.unmapped or {}
    assert unmapped == {}
