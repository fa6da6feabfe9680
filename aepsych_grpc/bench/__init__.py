"""Test problems with a known truth, and simulated observers that answer as it says."""
