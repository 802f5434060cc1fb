"""The contract: what a message is, how its topic is made, which kinds there are. Floor 0.

rsc.py codes · topic.py topics · message.py the envelope · result.py, document.py the kinds · registry.py their rows ·
control.py the frames about a connection ·
wire.py the encoder and decoder · published/ the JSON Schema made from all this (`python -m schemas`).
"""
