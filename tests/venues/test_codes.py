import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from feed.candidate import Decoded, Receipt
from feed.refusals import Reason
from feed.venues import FORMATS
from feed.venues.codes import Column, columns
from schemas.code import CodeBody
from schemas.message import Remark
from tests.serve.test_codes import table

HEAD = 'CompetitionCode="XG2030" DocumentSubtype="NOC" Version="3" FeedFlag="P" Source="CIS"'
AT = 1_909_303_200_000_000  # 2030-07-03T10:00:00Z
RECEIPT = Receipt(AT, None, lambda _: None)
NO_TABLE = {"Version"}


def read(*lines: str, head: str = f"# {HEAD}", end: str = "\n") -> Decoded:
    return FORMATS["codes"](end.join((head, *lines)).encode(), RECEIPT)


def bodies(decoded: Decoded) -> list[dict[str, Any]]:
    assert decoded.refusal is None
    return [msgspec.json.decode(msgspec.json.encode(each.message.body)) for each in decoded.candidates]


def refusal(decoded: Decoded) -> tuple[Reason, str]:
    assert decoded.refusal is not None
    assert not decoded.candidates
    return decoded.refusal.reason, decoded.refusal.where


def test_a_file_is_the_table_that_it_says():
    """Texts in all languages, and the attributes by the names that the files have for them."""
    decoded = read(
        "Id,country,ENG Description,FRA Description,ENG longdescription,participation,OMDOrder,ENG Short Description",
        'XAA,XAA,Alpha,"Alphe, l\'",The Alpha,P,1,Al',
    )
    assert bodies(decoded) == [
        {
            "code": "XAA",
            "country": "XAA",
            "note": "P",
            "order": "1",
            "labels": [
                {
                    "language": "ENG",
                    "description": "Alpha",
                    "long_description": "The Alpha",
                    "short_description": "Al",
                },
                {"language": "FRA", "description": "Alphe, l'"},
            ],
        }
    ]
    (entity,) = decoded.candidates
    assert (entity.message.topic, entity.message.source) == ("XG2030.GEN.-.-.-.-.code.NOC.-.XAA", "CIS")
    assert (decoded.flag, decoded.version, entity.message.ts.event) == ("P", 3, AT)
    assert entity.message.remarks == ()


def test_a_file_and_the_dt_codes_that_says_the_same_are_one():
    """Same topics, same content, one set and one key of the document: their Versions follow each other."""
    sent = FORMATS["odf"](table("XG2030", "XAA ENG:Alpha,FRA:Alphe", name="NOC", version=3), RECEIPT)
    found = read("Code,Order,ENG Description,FRA Description", "XAA,1,Alpha,Alphe")
    assert [(each.message.topic, each.hash, each.list, each.key) for each in found.candidates] == [
        (each.message.topic, each.hash, each.list, each.key) for each in sent.candidates
    ]
    assert found.listing is not None
    assert sent.listing is not None
    assert (found.listing.topic, found.listing.full) == (sent.listing.topic, sent.listing.full)


@pytest.mark.parametrize(
    "lines, code",
    [
        (("Function,Discipline,Category,Description", "AA01,ALP,A,Athlete"), "AA01"),
        (("Discipline,Gender,Description", "ALP,M,Men"), "ALPM" + 30 * "-"),
        (("Discipline,Gender,Event,phase,Description", "ALP,M,DH,FNL,Final"), "ALPMDH----------------FNL---------"),
        (("Discipline,Gender,Event,phase,Eventunit", "ALP,M,DH,FNL,000100"), "ALPMDH----------------FNL-000100--"),
        (("Discipline,recordtype,Description", "BOB,SR,Start Record"), "SR"),
    ],
)
def test_a_row_without_a_code_is_named_by_its_parts(lines: tuple[str, ...], code: str):
    """A function, or a Results System Code that is cut into columns."""
    assert [each["code"] for each in bodies(read(*lines))] == [code]


@pytest.mark.parametrize("rows", [("XAA,ATH,Alpha", "XAA,ATH,Beta"), ("XAA,,Beta", "XBB,,Other", "XAA,,Beta")])
def test_a_code_that_comes_twice_is_remarked(rows: tuple[str, ...]):
    """The last one counts, as in every list, also where both say the same."""
    decoded = read("Id,Discipline,Description", *rows)
    assert [each.get("code") for each in bodies(decoded)][-1] == "XAA"
    assert bodies(decoded)[-1]["labels"][0]["description"] == "Beta"
    remarks = [each.message.remarks for each in decoded.candidates]
    assert remarks == [()] * (len(rows) - 2) + [(Remark.REPEATED_IN_DOCUMENT,)]


def test_what_is_no_attribute_is_kept_under_its_name():
    """Nothing that a file says is lost, and nothing of it is a remark."""
    decoded = read("Id,Old DD,Indoor/Outdoor,Description", "STA,,O,Stadium", "POO,AS,,Pool")
    assert [each.get("extended") for each in bodies(decoded)] == [
        [{"code": "Indoor/Outdoor", "value": "O"}],
        [{"code": "Old DD", "value": "AS"}],
    ]
    assert not any(each.message.remarks for each in decoded.candidates)


def test_columns_are_told_by_their_names():
    """Whatever their case and their blanks; the second of two for one attribute is kept apart."""
    named = columns(["ID", "order", "OMDOrder", "KOR Long Description", "Description", "Location_Order"])
    assert named == [
        Column("Code"),
        Column("Order"),
        Column("OMDOrder", is_further=True),
        Column("LongDescription", "KOR"),
        Column("Description", "ENG"),
        Column("Location_Order", is_further=True),
    ]


def test_many_columns_are_told_apart_in_no_time():
    """Each is looked up, not compared with all before it: 40,000 of them held up the process that decodes."""
    began = time.process_time()
    assert len(columns([f"c{number}" for number in range(40_000)])) == 40_000
    assert time.process_time() - began < 3


def test_line_ends_blank_lines_and_empty_values_mean_nothing():
    """As spreadsheets write them: a byte order mark, CRLF, values missing at the end of all rows."""
    decoded = read("Id,Description", "XAA,Alpha,,,", ",", "", "XBB,", head=f"\ufeff# {HEAD}", end="\r\n")
    assert [(each["code"], len(each["labels"])) for each in bodies(decoded)] == [("XAA", 1), ("XBB", 0)]


def test_a_file_may_tell_its_time():
    """As the header of a document does; without, it is of the moment at which it came."""
    with_date = read("Id", "XAA", head=f'# {HEAD} Date="2029-01-02" Time="030405000"')
    with_stamp = read("Id", "XAA", head=f'# {HEAD} TimeStamp="2029-01-02T03:04:05Z" Codes="CC-V4.10"')
    (first,), (second,) = with_date.candidates, with_stamp.candidates
    assert first.message.ts.event == second.message.ts.event == 1_862_017_445_000_000
    assert Remark.ZONE_ASSUMED in with_date.listing.head.message.remarks
    assert second.message.document.codes == "CC-V4.10"


@pytest.mark.parametrize(
    "head, lines, reason, where",
    [
        ("Id,Description", (), Reason.NO_KEY, "line 1"),
        ("", (), Reason.NO_KEY, "line 1"),
        (f"# {HEAD} and more", ("Id", "X"), Reason.NO_KEY, "line 1"),
        (f'# {HEAD} DocumentType="DT_RESULT"', ("Id", "X"), Reason.BAD_VALUE, "line 1"),
        (f'# {HEAD} Version="4"', ("Id", "X"), Reason.NOT_WELL_FORMED, "line 1"),
        (f'# {HEAD} Source="CIS"', ("Id", "X"), Reason.NOT_WELL_FORMED, "line 1"),
        (f"# {HEAD}", (), Reason.BAD_VALUE, "line 2"),
        (f"# {HEAD}", ("Id,Description",), Reason.BAD_VALUE, "line 2"),
        (f"# {HEAD}", ("Id,Old DD,Old DD", "X,Y,Z"), Reason.BAD_VALUE, "line 2"),
        (f"# {HEAD}", ("Id,Description", "XAA,Alpha", "XBB"), Reason.BAD_VALUE, "line 4"),
        (f"# {HEAD}", ("Id,Description", "XAA,Alpha,Beta"), Reason.BAD_VALUE, "line 3"),
        (f"# {HEAD}", ("Id,Description", "XAA,a\x01"), Reason.BAD_VALUE, "line 3"),
        (f"# {HEAD}".replace("CIS", "CI\x01"), ("Id", "X"), Reason.BAD_VALUE, "line 1"),
        (f'# {HEAD} Codes="\x01"', ("Id", "X"), Reason.BAD_VALUE, "line 1"),
        (f"# {HEAD}", ("Id;Description", "XAA;Alpha"), Reason.BAD_VALUE, "line 2"),
        (f"# {HEAD}", ("Id\tDescription", "XAA\tAlpha"), Reason.BAD_VALUE, "line 2"),
        (f"# {HEAD}", ("Id,Description", 'XAA,"Alpha'), Reason.NOT_WELL_FORMED, "line 3"),
        (f"# {HEAD}", ("Version,Date", "1,2"), Reason.NO_KEY, "/OdfBody/Competition/CodeSet/@Code"),
        (HEAD.replace('"3"', '"x"').join(("# ", "")), ("Id", "X"), Reason.BAD_VERSION, "/OdfBody/@Version"),
        ('# CompetitionCode="X" Version="1"', ("Id", "X"), Reason.BAD_FLAG, "/OdfBody/@FeedFlag"),
    ],
)
def test_what_is_no_code_file_is_refused(head: str, lines: tuple[str, ...], reason: Reason, where: str):
    """By the reasons there are; what is wrong in the file is named by its line."""
    assert refusal(read(*lines, head=head)) == (reason, where)


def test_other_bytes_than_utf8_are_refused():
    """A file in another encoding would give wrong names."""
    assert refusal(FORMATS["codes"](f"# {HEAD}\nId,FRA Description\nX,é".encode("latin-1"), RECEIPT)) == (
        Reason.NOT_WELL_FORMED,
        "line 1",
    )


@pytest.mark.shared
def test_the_files_of_real_games_are_read(shared: Path):
    """All tables of PyeongChang, without a remark; each row that has text is a code with its texts."""
    read_files = 0
    for path in sorted((shared / "data" / "odf").glob("pyeongchang2018-*/*.csv")):
        if path.stem in NO_TABLE:
            continue
        head = f'# CompetitionCode="OWG2018" DocumentSubtype="{path.stem}" Version="1" FeedFlag="P" Source="CIS"\n'
        decoded = FORMATS["codes"](head.encode() + path.read_bytes(), RECEIPT)
        assert decoded.refusal is None, path.name
        assert decoded.candidates
        remarks = {remark for each in decoded.candidates for remark in each.message.remarks}
        assert remarks <= {Remark.REPEATED_IN_DOCUMENT}, path.name
        assert all(isinstance(each.message.body, CodeBody) for each in decoded.candidates)
        read_files += 1
    assert read_files == 40
