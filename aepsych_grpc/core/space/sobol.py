"""The Sobol sequence: points that fill the unit cube evenly, wherever the sequence stops."""

from torch import Tensor, float64
from torch.quasirandom import SobolEngine


def sobol_points(d: int, count: int, *, seed: int, skip: int = 0) -> Tensor:
    """Return consecutive points of a scrambled Sobol sequence (Owen 1998), `count x d`, float64.

    Point i is a function of seed and i alone.
    """
    engine = SobolEngine(d, scramble=True, seed=seed)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    engine.fast_forward(skip)  # type: ignore[no-untyped-call]  # as above
    return engine.draw(count, dtype=float64)
