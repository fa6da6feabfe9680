"""Servers that are killed, starved and cut off, and a judge who has written down all that they had acknowledged.

`make crash` runs every fault of `faults.py` and prints a table; `test_faults.py` runs each of them less often.
"""
