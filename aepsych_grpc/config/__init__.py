"""What an experiment is, as frozen dataclasses, and how it is read, checked and explained.

Everything here but `proto` and `files` is plain Python, so that every other room may build on it.
"""
