"""The generators: how the next trial is found. One file per idea, listed in `catalogue`."""
