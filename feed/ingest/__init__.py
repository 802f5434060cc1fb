"""From one document's bytes to the stream: admission.py runs decode, gate and publish. Knows no socket."""
