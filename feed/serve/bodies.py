"""Bodies of requests that are no documents: short, and here soon."""

import asyncio

from aiohttp import web

from feed.errors import ErrorName, ReaderError

BODY_BYTES_MAX = 64 * 1024
BODY_SECONDS = 10.0


async def read_body(request: web.Request, limit: int = BODY_BYTES_MAX) -> bytes:
    """The whole body; raises ReaderError too_large, or bad_request for one that is late or breaks off."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise ReaderError(ErrorName.TOO_LARGE, f"the body has more than {limit} bytes")
    except TimeoutError:
        detail = f"the body did not arrive within {BODY_SECONDS:g} s"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="Send it again.") from None
    except (ConnectionError, web.RequestPayloadError) as error:
        raise ReaderError(ErrorName.BAD_REQUEST, f"the body broke off: {error}") from error
    return body
