"""Where a curve crosses zero."""

import torch
from torch import Tensor


def crossings(mean: Tensor, draws: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Return where draws of a field first cross zero, and whether they do.

    A draw counts where it first crosses in the direction in which the posterior mean does (or would, by its ends).
    So a dip that one draw has elsewhere isn't taken for the threshold, and a field that rises and falls again has its
    threshold where it rises first. A draw that never crosses counts at the end of the grid where it is closer to zero.

    Args:
        mean: Posterior mean on the grid, `m x g`.
        draws: Draws on the grid, `m x n x g`.
        grid: Coordinates in rising order, `g`.

    Returns:
        Coordinates, `m x n`, and whether the draw crosses, `m x n`.
    """
    direction = _direction(mean)[:, None, None]
    before, after = direction * draws[..., :-1], direction * draws[..., 1:]
    crossing = (before < 0) & (after >= 0)
    crossed = crossing.any(-1)
    first = crossing.to(torch.int8).argmax(-1, keepdim=True)
    a, b = before.gather(-1, first).squeeze(-1), after.gather(-1, first).squeeze(-1)
    first = first.squeeze(-1)
    share = torch.where(crossed, a / torch.where(crossed, a - b, 1.0), 0.0)
    inside = grid[first] + share * (grid[first + 1] - grid[first])
    at_start = draws[..., 0].abs() <= draws[..., -1].abs()
    return torch.where(crossed, inside, torch.where(at_start, grid[0], grid[-1])), crossed


def _direction(mean: Tensor) -> Tensor:
    """Return 1 where curves, `m x g`, first cross zero upwards, or else rise from end to end; -1 elsewhere."""
    above = mean >= 0
    changes = above[:, 1:] != above[:, :-1]
    first = changes.to(torch.int8).argmax(1, keepdim=True)
    upwards = above.gather(1, first + 1).squeeze(1)
    rising = torch.where(changes.any(1), upwards, mean[:, -1] >= mean[:, 0])
    return torch.where(rising, 1.0, -1.0).to(mean.dtype)
