"""The clients in other languages, each put through the same behaviours; README.md here says how.

`make clients` builds and runs all of them and prints a table; the tests run each one by itself.
"""
