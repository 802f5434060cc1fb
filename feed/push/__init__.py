"""ODF out, as ODF does it: one POST a document, again until it is taken, in the order of its key.

customer.py who gets what · post.py one POST and its answer · pusher.py what is next for one customer
(feed/core/outbox.py), sent and recorded
"""
