"""Documents about more than one unit: phases, pools, brackets, rankings, medallists, the medal table."""

from collections.abc import Iterable, Sequence

from replay.simulate import legs
from replay.simulate.contest import Contest, direct, phase_rows, standing, total
from replay.simulate.model import Entrant, Event, Row, Rows, Unit, general_code
from replay.simulate.moments import day_of, iso
from replay.simulate.rows import around, final_attributes, result, sharing
from replay.simulate.sports import SPORTS, Held
from replay.simulate.staging import FINAL
from schemas.medal_table import MedalRow

Award = tuple[str, Unit, Entrant]
_MEDALS = ("gold", "silver", "bronze")
_CODES = {"gold": "ME_GOLD", "silver": "ME_SILVER", "bronze": "ME_BRONZE"}


def phase_result(contest: Contest, units: Sequence[Unit], over: Sequence[Unit], going: set[str], at: int) -> str:
    """Everybody of a phase, as far as its units are over; `going` are the ids of those who go on (Q by place, or q)."""
    event = contest.event
    rows = phase_rows(contest, over, at)
    by_place: set[str] = set().union(*(direct(contest, each, contest.outcomes[each.code].told(at)) for each in over))
    shared = sharing(rows)
    progress = (
        f'<Progress LastUnit="{over[-1].code}" UnitsTotal="{len(units)}" UnitsComplete="{len(over)}"/></ExtendedInfos>'
    )
    head = around(event, None, name=over[-1].name).replace("</ExtendedInfos>", progress)
    closing = SPORTS[event.format.kind].closing(Held(event, units[0], (), 0), rows)
    found = []
    for place, (row, (told, competitor)) in enumerate(zip(rows, closing.told, strict=True), 1):
        id_ = row.entrant.id
        mark = 'QualificationMark="Q" ' if id_ in by_place else 'QualificationMark="q" ' if id_ in going else ""
        attributes = mark + final_attributes(row, shares=row.rank in shared)
        found.append(result(place, place, attributes, told, competitor))
    return head + "".join(found)


def pool_standing(contest: Contest, pool: Sequence[Unit], over: Sequence[Unit]) -> str:
    """Won, lost, for and against, and whom everybody has met."""
    head = around(contest.event, None, name=f"{contest.event.name} Group {pool[0].phase[2]}")
    rows = []
    for place, (entrant, won, lost, scored, against) in enumerate(standing(contest, over), 1):
        attributes = (
            f'Rank="{place}" ResultType="POINTS" Result="{2 * won}" Played="{won + lost}" Won="{won}" Lost="{lost}" '
            f'For="{scored}" Against="{against}" '
        )
        opponents = "".join(_opponents(contest, entrant, over))
        competitor = entrant.xml.replace("</Competitor>", f"{opponents}</Competitor>")
        rows.append(result(place, place, attributes, "", competitor))
    return head + "".join(rows)


def _opponents(contest: Contest, entrant: Entrant, over: Iterable[Unit]) -> Iterable[str]:
    for unit in over:
        rows = contest.outcomes[unit.code].final
        if entrant.id in {row.entrant.id for row in rows}:
            own, other = rows if rows[0].entrant.id == entrant.id else rows[::-1]
            yield (
                f'<Opponent Code="{other.entrant.id}" Type="{_kind(other.entrant)}" Pos="{unit.number}" '
                f'Organisation="{other.entrant.noc}" Unit="{unit.code}" Result="{own.text}-{other.text}" '
                f'TimeStamp="{iso(unit.start)}"/>'
            )


def _kind(entrant: Entrant) -> str:
    return "T" if entrant.is_team else "A"


def brackets(contest: Contest, at: int) -> str:
    """The tree, as far as it is known at a time."""
    phases = [phase for phase in contest.event.phases if not phase[0].pool]
    rounds = []
    for phase in phases:
        items = "".join(_bracket_item(contest, unit, order, at) for order, unit in enumerate(phase, 1))
        rounds.append(f'<BracketItems Code="{phase[0].phase}">{items}</BracketItems>')
    return f'{around(contest.event, None)}<Bracket Code="FNL">{"".join(rounds)}</Bracket>'


def _bracket_item(contest: Contest, unit: Unit, order: int, at: int) -> str:
    outcome = contest.outcomes[unit.code]
    is_over = outcome.official <= at
    known = are_known(contest, unit, at)
    places = []
    for pos, (entrant, row) in enumerate(zip(outcome.starters, outcome.final, strict=True), 1):
        score = f' Result="{row.text}" ResultType="{row.type}" WLT="{row.wlt}"' if is_over else ""
        before = _previous(unit, pos)
        if known:
            places.append(f'<CompetitorPlace Pos="{pos}"{score}>{before}{entrant.xml}</CompetitorPlace>')
        else:
            places.append(f'<CompetitorPlace Pos="{pos}" Code="TBD">{before}</CompetitorPlace>')
    return (
        f'<BracketItem Code="{unit.number}" Order="{order}" Position="{order}" TimeStamp="{iso(unit.start)}" '
        f'Unit="{unit.code}">{"".join(places)}</BracketItem>'
    )


def are_known(contest: Contest, unit: Unit, at: int) -> bool:
    """Those from feeding units once these are over; the first round once everything before it is."""
    if unit.feeders:
        return all(contest.outcomes[code].official <= at for code, _ in unit.feeders)
    before = contest.event.phases[0]
    return not before[0].pool or all(contest.outcomes[each.code].official <= at for each in before)


def _previous(unit: Unit, pos: int) -> str:
    if not unit.feeders:
        return ""
    code, wlt = unit.feeders[pos - 1]
    return f'<PreviousUnit Unit="{code}" WLT="{wlt}"/>'


def awards(contest: Contest, at: int) -> list[Award]:
    """Who has a medal at a time, in the order in which they are told."""
    found: list[Award] = []
    for unit in contest.event.units:
        outcome = contest.outcomes[unit.code]
        if unit.medal and outcome.official <= at:
            rows = total(contest, unit, at) if legs.is_of_legs(contest.event) else outcome.told(at)
            found += [(medal, unit, entrant) for medal, entrant in _won(unit, rows)]
    return sorted(found, key=lambda award: (_MEDALS.index(award[0]), award[1].number))


def _won(unit: Unit, rows: Sequence[Row]) -> Iterable[tuple[str, Entrant]]:
    if any(row.wlt for row in rows):
        winner, loser = sorted(rows, key=lambda row: row.wlt != "W")
        if unit.medal == "1":
            return [("gold", winner.entrant), ("silver", loser.entrant)]
        return [("bronze", winner.entrant if unit.phase == FINAL else loser.entrant)]
    return [(_MEDALS[row.rank - 1], row.entrant) for row in rows if 1 <= row.rank <= len(_MEDALS)]


def medals(found: Sequence[Award], at: int) -> str:
    """Medal elements: those of one colour and one unit together."""
    elements = []
    for medal in _MEDALS:
        for unit in dict.fromkeys(each.code for name, each, _ in found if name == medal):
            shared = [entrant for name, each, entrant in found if (name, each.code) == (medal, unit)]
            inner = "".join(
                entrant.xml.replace(" Type=", f' Order="{order}" Type=', 1) for order, entrant in enumerate(shared, 1)
            )
            elements.append(f'<Medal Code="{_CODES[medal]}" Date="{day_of(at)}" Unit="{unit}">{inner}</Medal>')
    return "".join(elements)


def medallists_discipline(contests: Sequence[Contest], at: int) -> str:
    """All events of a discipline in which there is a medal."""
    found = [(contest, awards(contest, at)) for contest in contests]
    finished = sum(bool(won) for _, won in found)
    written = "".join(
        f'<Event Code="{contest.event.code}" EventName="{contest.event.name}" Date="{day_of(at)}">'
        f"{medals(won, at)}</Event>"
        for contest, won in found
        if won
    )
    code = general_code(contests[0].event.discipline)
    return f'<Discipline Code="{code}" TotalEvents="{len(contests)}" FinishedEvents="{finished}">{written}</Discipline>'


def ranking(contest: Contest, at: int) -> str:
    """Everybody: by the last phase that one reached, and there by rank."""
    places: dict[str, tuple[int, int]] = {}
    entrants = {entrant.id: entrant for entrant in contest.entrants}
    for depth, order in enumerate(_orders(contest, at)):
        for row in order:
            places.setdefault(row.entrant.id, (depth, row.rank or len(entrants)))
    for medal, _, entrant in awards(contest, at):
        places[entrant.id] = (-1, _MEDALS.index(medal))
    ordered = sorted(places, key=lambda id_: (places[id_], id_))
    ranks = [1 + sum(places[other] < places[id_] for other in ordered) for id_ in ordered]
    rows = []
    for place, (id_, rank) in enumerate(zip(ordered, ranks, strict=True), 1):
        equal = 'RankEqual="Y" ' if ranks.count(rank) > 1 else ""
        rows.append(result(place, place, f'Rank="{rank}" {equal}', "", entrants[id_].xml))
    return around(contest.event, None) + "".join(rows)


def _orders(contest: Contest, at: int) -> Iterable[Rows]:
    """Of all phases from the last to the first; of legs that of the whole."""
    phases = contest.event.phases
    if legs.is_of_legs(contest.event):
        return [total(contest, phases[-1][0], at)]
    over = ([unit for unit in phase if contest.outcomes[unit.code].official <= at] for phase in reversed(phases))
    return (phase_rows(contest, units, at) for units in over)


def medal_table(rows: Sequence[MedalRow], event: Event, at: int, *, total: int, finished: int) -> str:
    """MedalStandings: the summary by gender, then a line for each organisation."""
    numbers = {
        gender: [sum(getattr(row.genders.get(gender), medal, 0) for row in rows) for medal in _MEDALS]
        for gender in "MWXO"
    }
    numbers["TOT"] = [sum(getattr(row, medal) for row in rows) for medal in _MEDALS]
    summary = "".join(_number(gender, counts) for gender, counts in numbers.items() if any(counts))
    by_total = sorted(rows, key=lambda row: (row.rank_total, row.noc))
    shown = {row.noc: place for place, row in enumerate(by_total, 1)}
    totals = [row.rank_total for row in rows]
    lines = []
    for place, row in enumerate(rows, 1):
        equal = ' RankEqual="Y"' if row.rank_equal else ""
        total_equal = ' RankTotalEqual="Y"' if totals.count(row.rank_total) > 1 else ""
        counted = {gender: [getattr(each, medal) for medal in _MEDALS] for gender, each in row.genders.items()}
        counted["TOT"] = [row.gold, row.silver, row.bronze]
        lines.append(
            f'<MedalLine Rank="{row.rank}" RankTotal="{row.rank_total}" SortRank="{place}" '
            f'SortRankTotal="{shown[row.noc]}"{equal}{total_equal} Organisation="{row.noc}">'
            f"{''.join(_number(gender, counts) for gender, counts in counted.items())}</MedalLine>"
        )
    return (
        f'<MedalStandings DateTime="{iso(at)}" LastEvent="{event.code}" TotalEvents="{total}" '
        f'FinishedEvents="{finished}"><MedalSummary>{summary}</MedalSummary>'
        f"<MedalsTable>{''.join(lines)}</MedalsTable></MedalStandings>"
    )


def _number(gender: str, counts: Sequence[int]) -> str:
    named = zip(("Gold", "Silver", "Bronze"), counts, strict=True)
    written = "".join(f' {name}="{count}"' for name, count in named if count)
    return f'<MedalNumber Type="{gender}"{written} Total="{sum(counts)}"/>'
