"""The commands of `feed`, one per file. Floor 3."""
