"""Kind `news`: one item of the Games' own news service (General Messages, DT_NEWS and DT_NEWS_IMP)."""

from schemas.article import Article
from schemas.message import Message


class NewsBody(Article, frozen=True, kw_only=True):
    """`message` is the short form, `text` the item itself."""


class News(Message, frozen=True, kw_only=True, tag="news"):
    """Key parts: type (an import is what the editor sent), subcode (id of the item), subtype, language."""

    body: NewsBody | None
