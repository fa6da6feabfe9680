"""The acquisition functions: what makes a trial informative. One file per idea, listed in `catalogue`."""
