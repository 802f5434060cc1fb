"""Kind `audio`: sounds, such as how the name of a participant is spoken (ODF General Messages, DT_AUDIO, subtype NAME).

The sounds themselves are kept apart from the message.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import BodyRef, Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """An athlete, coach or team that a sound is about."""

    id: A[Text, odf("@Code")] = UNSET


class AudioFile(msgspec.Struct, frozen=True, kw_only=True):
    """One sound and whom it is about; `audio_type` is what the venue calls it (mp3, wav)."""

    athletes: A[tuple[Related, ...], odf("Related/Athlete")] = ()
    coaches: A[tuple[Related, ...] | UnsetType, odf("Related/Coach")] = UNSET
    teams: A[tuple[Related, ...] | UnsetType, odf("Related/Team")] = UNSET
    audio_type: A[Text, odf("File/@AudioType")] = UNSET
    content: A[BodyRef | UnsetType, odf("File/text()")] = UNSET


class AudioBody(Infos, frozen=True, kw_only=True):
    """The sounds as sent."""

    files: A[tuple[AudioFile, ...], odf("Audio")] = ()

    def mentions(self) -> Mentions:
        """Venue and athletes, each once, in order of appearance."""
        athletes = dict.fromkeys(athlete.id for file in self.files for athlete in file.athletes if athlete.id)
        return Mentions(self.venue or None, (), tuple(athletes))


class Audio(Message, frozen=True, kw_only=True, tag="audio"):
    """Key parts: subcode, subtype, language."""

    body: AudioBody | None
