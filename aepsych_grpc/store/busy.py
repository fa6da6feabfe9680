"""How long the store waits for a database that others are using."""

SECONDS = 5.0
"""How long a writer waits for another process, and for the other writers of this one, before it gives up."""
