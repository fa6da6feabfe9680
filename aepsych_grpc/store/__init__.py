"""The event log of every experiment, in a database. Knows nothing of what an event says."""
