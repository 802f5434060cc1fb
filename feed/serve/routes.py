"""The list of endpoints, one line each."""

from aiohttp import web

from feed.serve.answers import named_errors
from feed.serve.competitions import competitions
from feed.serve.health import healthz, readyz
from feed.serve.ingest import ingest
from feed.serve.log import log
from feed.serve.metrics import metrics
from feed.serve.published import schema, schema_list
from feed.serve.snapshot import snapshot
from feed.serve.websocket import stream

ROUTES = (
    web.post("/ingest/{format}", ingest),
    web.get("/v1/stream", stream, allow_head=False),
    web.get("/v1/log", log),
    web.get("/v1/snapshot", snapshot),
    web.get("/v1/competitions", competitions),
    web.get("/healthz", healthz),
    web.get("/readyz", readyz),
    web.get("/metrics", metrics),
    web.get("/schemas/", schema_list),
    web.get("/schemas/{name}", schema),
)


def make_app() -> web.Application:
    """An application with every door; the caller hands in what the doors share under their keys."""
    app = web.Application(middlewares=[named_errors])
    app.add_routes(ROUTES)
    return app
