"""A stimulus as a point of the unit cube and back."""
