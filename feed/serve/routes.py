"""The list of endpoints, one line each."""

from collections.abc import Iterable

from aiohttp import web

from feed.serve.answers import named_errors
from feed.serve.backfill import backfill
from feed.serve.blobs import blob
from feed.serve.codes import code_tables, codes
from feed.serve.competitions import competitions
from feed.serve.cors import preflight, tell_browsers
from feed.serve.deliveries import customers, deliveries, held
from feed.serve.descriptions import DESCRIPTIONS, Descriptions, asyncapi_json, docs, openapi_json
from feed.serve.dictionaries import dictionaries, dictionary
from feed.serve.documents import document
from feed.serve.events import event
from feed.serve.health import healthz, readyz
from feed.serve.ingest import ingest
from feed.serve.keys import add_key, list_keys, revoke_key
from feed.serve.latency import latency
from feed.serve.log import log
from feed.serve.medals import ledger, medals
from feed.serve.metrics import metrics
from feed.serve.moments import tell_moment
from feed.serve.profiles import athlete, noc
from feed.serve.published import schema, schema_list
from feed.serve.quarantine import discard, quarantine, quarantined, release
from feed.serve.records import records
from feed.serve.rights import tell_caches
from feed.serve.schedule import schedule
from feed.serve.scripts import script
from feed.serve.snapshot import snapshot
from feed.serve.sources import sources
from feed.serve.sse import sse
from feed.serve.tickets import tickets
from feed.serve.units import unit, unit_result
from feed.serve.websocket import stream

INGEST = (
    web.post("/ingest/{format}", ingest),
    web.get("/v1/quarantine", quarantine),
    web.get("/v1/quarantine/{id}", quarantined),
    web.post("/v1/quarantine/{id}/release", release),
    web.post("/v1/quarantine/{id}/discard", discard),
)
READING = (
    web.get("/v1/stream", stream, allow_head=False),
    web.get("/v1/sse", sse, allow_head=False),
    web.get("/v1/log", log),
    web.get("/v1/snapshot", snapshot),
    web.get("/v1/competitions", competitions),
    web.get("/v1/schedule", schedule),
    web.get("/v1/units/{unit}", unit),
    web.get("/v1/units/{unit}/result", unit_result),
    web.get("/v1/events/{event}", event),
    web.get("/v1/athletes/{id}", athlete),
    web.get("/v1/nocs/{noc}", noc),
    web.get("/v1/sources", sources),
    web.get("/v1/latency", latency),
    web.get("/v1/medals", medals),
    web.get("/v1/medals/ledger", ledger),
    web.get("/v1/records", records),
    web.get("/v1/codes", code_tables),
    web.get("/v1/codes/{table}", codes),
    web.get("/v1/documents/{topic}", document),
    web.get("/v1/odf", backfill),
    web.get("/v1/blobs/{sha256}", blob),
    web.get("/v1/dictionaries", dictionaries),
    web.get("/v1/dictionaries/{id}", dictionary),
)
DELIVERING = (
    web.get("/v1/deliveries", customers),
    web.get("/v1/deliveries/{customer}", deliveries),
    web.get("/v1/deliveries/{customer}/held", held),
)
EVERYWHERE = (
    web.post("/v1/tickets", tickets),
    web.get("/v1/keys", list_keys),
    web.post("/v1/keys", add_key),
    web.delete("/v1/keys/{id}", revoke_key),
    web.get("/healthz", healthz),
    web.get("/readyz", readyz),
    web.get("/metrics", metrics),
    web.get("/openapi.json", openapi_json),
    web.get("/asyncapi.json", asyncapi_json),
    web.get("/docs", docs),
    web.get("/schemas/", schema_list),
    web.get("/schemas/{name}", schema),
    web.get("/client/{name}", script),
)
ROUTES = (*INGEST, *READING, *DELIVERING, *EVERYWHERE)


def make_app(routes: Iterable[web.RouteDef] = (*INGEST, *READING, *DELIVERING)) -> web.Application:
    """An application with these doors and those of every node; the caller hands in what they share under their keys."""
    app = web.Application(middlewares=[preflight, named_errors])
    served = (*routes, *EVERYWHERE)
    app.add_routes(served)
    app[DESCRIPTIONS] = Descriptions(served)
    app.on_response_prepare.extend((tell_moment, tell_caches, tell_browsers))
    return app
