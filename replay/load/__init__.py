"""`feed load`: a Games played into a service before a fleet of subscribers, and the proof that each got all of it."""
