"""The doors: one endpoint per file, listed in routes.py. The only home of aiohttp.web.

routes.py the list · reading.py what the reading doors share · query.py a request's wishes · answers.py errors and JSON
ingest.py, websocket.py, sse.py, log.py, snapshot.py, documents.py, competitions.py, blobs.py, published.py, health.py,
metrics.py the endpoints ·
rights.py who may come in · handshake.py from HTTP to a socket of our own · opening.py how a subscriber begins ·
farewell.py leaving
subscriber.py one connection, framed.py on a WebSocket · pump.py writes to all of them
pulls.py HTTP answers that take time · polls.py those of them that wait.
"""
