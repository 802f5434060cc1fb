from feed.core.units import Units
from schemas.message import Op
from schemas.rsc import parse_code
from tests.core.makers import CODE, TOPIC, entry

UNIT = TOPIC.replace("result", "unit")


def about(units: Units, code: str = CODE) -> tuple[int, list[str]]:
    found = units.about("XG2030", parse_code(code))
    return found.seq, [each.topic for each in found.entries]


def test_all_messages_of_a_code_are_known():
    """Of any kind and with any key parts, oldest first; not those of other units, of the phase or of a subunit."""
    units = Units()
    others = [
        TOPIC.replace(a, b) for a, b in (("000100", "000200"), ("000100", "-"), ("000100", "00010001"), ("XG", "XH"))
    ]
    for seq, topic in enumerate([TOPIC, *others, UNIT, f"{TOPIC}.SUB", TOPIC], 1):
        units.apply(entry(seq, topic))
    assert about(units) == (8, [UNIT, f"{TOPIC}.SUB", TOPIC])
    assert about(units, "ATHM100M--------------FNL-00010001") == (4, [others[2]])
    assert about(units, "ATHM100M--------------FNL-000300--") == (0, [])


def test_what_was_taken_back_is_not_shown():
    """But it changes what is shown, so it counts for `seq`."""
    units = Units()
    units.apply(entry(1, UNIT))
    units.apply(entry(2, TOPIC, op=Op.WITHDRAWN))
    assert about(units) == (2, [UNIT])


def test_the_newest_of_a_kind():
    """Whatever its key parts; None when there is none."""
    units = Units()
    for seq, topic in enumerate([f"{TOPIC}.-.B", TOPIC, f"{TOPIC}.A", UNIT], 1):
        units.apply(entry(seq, topic))
    found = units.about("XG2030", parse_code(CODE))
    assert [each.seq if each else None for each in map(found.newest, ("result", "unit", "document"))] == [3, 4, None]


def test_codes_of_nine_characters_and_codes_with_dots():
    """They are found as their topics are written."""
    units = Units()
    units.apply(entry(1, "XG2030.AT.M.001.1.01.result"))
    units.apply(entry(2, "XG2030.BTH.M.12~2E5KMPU.FNL.000100.result"))
    assert about(units, "ATM001101")[0] == 1
    assert about(units, "BTHM12.5KMPU----------FNL-000100--")[0] == 2
