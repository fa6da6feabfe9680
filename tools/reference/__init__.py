"""Writes docs/reference from the catalogue's entries, their docstrings and the contract's comments."""
