"""A draft to the bytes of a document: header, Competition, notes. Versions rise per key of the document.

Rules: Foundation Principles 2.2 (header), 2.5 (identity), 2.7 (LogicalDate), 2.11 (Note).
"""

from replay.simulate.model import Draft
from replay.simulate.moments import clock_of, day_of

_VERSIONS = 'Gen="SIM-2030-GEN-1.0" Codes="SIM-2030-CC-1.0"'


class Press:
    """Writes the documents of one Games, in the order in which they are sent."""

    def __init__(self, competition: str) -> None:
        self._competition = competition
        self._versions: dict[tuple[str, str, str, str], int] = {}

    def written(self, draft: Draft) -> tuple[bytes, int]:
        """The document and its version."""
        key = (draft.type, draft.code, draft.subcode, draft.subtype)
        version = self._versions.get(key, 0) + 1
        self._versions[key] = version
        day = day_of(draft.at)
        subcode = f' DocumentSubcode="{draft.subcode}"' if draft.subcode else ""
        subtype = f' DocumentSubtype="{draft.subtype}"' if draft.subtype else ""
        status = f' ResultStatus="{draft.status}"' if draft.status else ""
        sport = draft.code[:3]
        notes = "".join(f"<Note>{note}</Note>" for note in draft.notes)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<OdfBody CompetitionCode="{self._competition}" DocumentCode="{draft.code}"{subcode} '
            f'DocumentType="{draft.type}"{subtype} Version="{version}"{status} FeedFlag="P" Date="{day}" '
            f'Time="{clock_of(draft.at)}" LogicalDate="{day}" Source="{draft.source}">'
            f'<Competition {_VERSIONS} Sport="SIM-2030-{sport}-1.0">{draft.body}</Competition>{notes}</OdfBody>'
        )
        return text.encode(), version
