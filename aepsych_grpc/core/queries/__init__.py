"""The questions that can be asked of a fitted model."""
