"""Kind `background`: what commentators look up, history and profiles (General Messages, DT_BCK and DT_BCK_IMP)."""

from schemas.article import Article
from schemas.message import Message


class BackgroundBody(Article, frozen=True, kw_only=True):
    """`report_type` tells what it is, `sort_order` its place among those of its discipline."""


class Background(Message, frozen=True, kw_only=True, tag="background"):
    """Key parts: type (an import is what the editor sent), subcode (id of the document), subtype, language."""

    body: BackgroundBody | None
