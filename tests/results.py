"""Result documents of our own making, as short as a rule of plausibility needs them."""

from tests.documents import odf

COMPETITION = "XA"


def row(id_: str, noc: str = "FRA", inner: str = "", **values: str) -> str:
    """One row; `values` are attributes of the result, `inner` what stands in front of the competitor."""
    told = "".join(f' {name}="{text}"' for name, text in values.items())
    return f'<Result{told}>{inner}<Competitor Code="{id_}" Type="A" Organisation="{noc}"/></Result>'


def result(code: str, *rows: str, version: int = 1, status: str = "OFFICIAL", **header: str) -> bytes:
    """A result of these rows, in their order."""
    ordered = (text.replace("<Result", f'<Result SortOrder="{order}"', 1) for order, text in enumerate(rows, 1))
    return odf(COMPETITION, version, body="".join(ordered), DocumentCode=code, ResultStatus=status, **header)


def record(kind: str) -> str:
    """The mark of a record, for the inside of a row."""
    mark = f'<RecordIndicator Order="1" Code="ATHM100M{26 * "-"}" RecordType="{kind}"/>'
    return f"<RecordIndicators>{mark}</RecordIndicators>"
