"""The service: venues in, one exact stream out. docs/architecture.md shows the floors."""
