"""Rules about messages, sans-I/O: no clock, no socket, no loop; time comes in as an argument.

index.py what a message's headers tell · heads.py the newest of each topic · gate.py admission · statuses.py usual
status changes · decision.py what may be called, changes.py and disputes.py what it depends on · entry.py, log.py the
one log · board.py the current state · cursor.py, filters.py what a reader asks for · cohorts.py readers that share
their bytes · control.py frames of our own · frames.py WebSocket frames · stall.py when a reader is given up.
"""
