"""Writes clients of the contract in languages for which there is no other generator: `make generate` runs it."""
