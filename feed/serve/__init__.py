"""The doors: one endpoint per file, listed in routes.py. The only home of aiohttp.web.

routes.py the list · reading.py what the reading doors share · query.py a request's wishes · answers.py errors and JSON
ingest.py, websocket.py, log.py, snapshot.py, competitions.py, published.py, health.py, metrics.py the endpoints ·
handshake.py from HTTP to a socket of our own · farewell.py leaving
subscriber.py one WebSocket connection · pump.py writes to all of them.
"""
