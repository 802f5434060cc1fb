"""How a Summer Games lies on its nineteen days: about as Paris did, with two of them before that of the opening.

One line of the table is a discipline: the days (from 0) on which its first and its last event begin, the hour of its
first session, and the days from one round of a pool to the next and from one phase to the next, of teams that play for
two weeks.
"""

from typing import Final, NamedTuple

DAYS: Final = 19
OPENING: Final = 2  # the day on which nothing is held
_TABLE: Final = """
ARC 4 7 8 1 1
ATH 8 18 9 1 1
BDM 3 4 8 1 1
BK3 4 4 8 1 1
BKB 3 3 8 1 2
BKG 13 14 15 1 1
BMF 4 5 8 1 1
BMX 8 9 8 1 1
BOX 4 17 13 1 1
CLB 12 16 8 1 1
CRD 3 11 8 1 1
CSL 4 9 8 1 1
CSP 15 17 8 1 1
CTR 13 18 12 1 1
DIV 4 17 12 1 1
EQU 4 10 8 1 1
FBL 0 0 14 2 2
FEN 3 10 9 1 1
GAR 4 9 13 1 1
GLF 8 14 8 1 1
GRY 15 17 13 1 1
GTR 9 9 12 1 1
HBL 1 3 9 1 2
HOC 3 4 8 1 2
JUD 3 10 9 1 1
MPN 16 17 8 1 1
MTB 4 5 8 1 1
OWS 15 16 8 1 1
ROW 3 6 8 1 1
RU7 0 4 8 1 1
SAL 4 7 8 1 1
SHO 3 6 8 1 1
SKB 4 14 12 1 1
SRF 4 4 8 1 1
SWA 12 16 8 1 1
SWM 3 9 9 1 1
TEN 4 4 8 1 1
TKW 15 17 10 1 1
TRI 6 12 8 1 1
TTE 4 7 9 1 1
VBV 3 3 11 1 2
VVO 3 4 9 1 2
WLF 14 18 13 1 1
WPO 3 3 9 1 1
WRE 12 18 11 1 1
"""


class Course(NamedTuple):
    """One line of the table."""

    first: int
    last: int
    hour: int
    rounds: int
    phases: int


USUAL: Final = Course(3, 15, 8, 1, 1)
COURSES: Final = {name: Course(*map(int, rest)) for name, *rest in map(str.split, _TABLE.strip().splitlines())}
# Fields of play in use at once at the most, by day: as busy as in Paris, whose fifth day had 35. That is at noon; at
# other hours it is so many percent of it.
FIELDS: Final = (6, 10, 10, 30, 35, 32, 27, 25, 25, 24, 24, 23, 22, 22, 22, 22, 24, 24, 14, 10, 10)
NOON: Final = 12
BESIDE_NOON: Final = 90
