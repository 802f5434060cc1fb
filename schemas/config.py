"""Kind `config`: what is fixed about an event, its phases and units (ODF General Messages, DT_CONFIG).

Laps, points on the way, courts, lanes, how many units a phase has; it comes before the first start list.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Message
from schemas.result_parts import Extension
from schemas.xml_names import odf

Text = str | UnsetType


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """ExtendedConfig: one thing that is fixed, told by (type, code, pos), and its details."""

    type: A[str, odf("@Type")]
    code: A[str, odf("@Code")]
    pos: A[Text, odf("@Pos")] = UNSET
    value: A[Text, odf("@Value")] = UNSET
    extensions: A[tuple[Extension, ...] | UnsetType, odf("ExtendedConfigItem")] = UNSET


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is fixed for one event, phase or unit; without `unit` it is that of the message."""

    unit: A[str | None, odf("@Unit")] = None
    settings: A[tuple[Setting, ...], odf("ExtendedConfig")] = ()


class ConfigBody(Infos, frozen=True, kw_only=True):
    """`configs` as sent, each about its own scope."""

    configs: A[tuple[Scope, ...], odf("Configs/Config")] = ()


class Config(Message, frozen=True, kw_only=True, tag="config"):
    """Key parts: subcode, subtype, language."""

    body: ConfigBody | None
