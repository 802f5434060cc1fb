"""NATS, all of it."""
