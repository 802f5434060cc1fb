"""Sends documents to the service as a venue does: one POST each, again until it is answered 200."""

import asyncio

import aiohttp

RETRY_SECONDS = 0.2
_UNKNOWN = 503


class SendError(Exception):
    """The service refused a document for good."""


class Sender:
    """One venue's connection. `tries` counts POSTs, `documents` those that were answered 200."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.tries = 0
        self.documents = 0
        self._session = session
        self._address = f"{url.rstrip('/')}/ingest/odf"

    async def send(self, document: bytes) -> None:
        """Return when the document is stored; raises SendError when it is refused."""
        while True:
            self.tries += 1
            try:
                async with self._session.post(
                    self._address, data=document, headers={"Content-Type": "application/xml; charset=UTF-8"}
                ) as answer:
                    if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
                        self.documents += 1
                        return
                    if answer.status != _UNKNOWN:
                        raise SendError(await answer.text())
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                pass  # whether it was stored is not known: sending the same bytes again is safe
            await asyncio.sleep(RETRY_SECONDS)
