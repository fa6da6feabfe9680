"""The parameters as coordinates of the unit cube, where models and generators work."""
