"""The models: what is learned from responses. One file per idea, listed in `catalogue`."""
