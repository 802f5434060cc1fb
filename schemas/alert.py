"""Kind `alert`: a line for tickers, news and results screens (General Messages, DT_ALERT)."""

from schemas.article import Article
from schemas.message import Message


class AlertBody(Article, frozen=True, kw_only=True):
    """`code` names a standard alert (CDLT, a competition is delayed), which clients may word in their own language."""


class Alert(Message, frozen=True, kw_only=True, tag="alert"):
    """Key parts: subcode (id of the alert), subtype (TICKER, NEWS, RESULTS, SERVICE), language."""

    body: AlertBody | None
