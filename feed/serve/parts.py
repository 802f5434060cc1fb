"""`limit` and `offset`: of pages, and of lists that come whole where nobody asks for less."""

import sys

from multidict import MultiMapping

from feed.core.profiles import Page
from feed.serve.parameters import LIMIT_OF_PAGE, OFFSET, ROWS
from feed.serve.query import read_number


def read_part(query: MultiMapping[str]) -> Page:
    """Which rows of a list are wanted; raises ReaderError bad_request."""
    return Page(read_number(query, OFFSET), read_number(query, ROWS) if ROWS.name in query else sys.maxsize)


def read_page(query: MultiMapping[str]) -> Page:
    """Which part of a page is wanted; raises ReaderError bad_request."""
    return Page(read_number(query, OFFSET), read_number(query, LIMIT_OF_PAGE))
