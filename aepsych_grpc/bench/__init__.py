"""Test problems with a known truth, simulated observers, and measures of how well the truth is found."""
