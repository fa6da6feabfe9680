"""What a config must fulfil, one file per part of it.

Checks take plain values, so that each can run on a config that is only half there, and every mistake is found at once.
"""
