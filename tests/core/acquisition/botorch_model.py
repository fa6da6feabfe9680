"""A belief as a BoTorch model, so that ours can be compared with BoTorch's acquisition functions.

BoTorch takes seconds to import: import this module where it is used, not at the top of others.
"""

from typing import Any

import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior


class BotorchModel(Model):
    """The latent field f as a single-output BoTorch model (Balandat et al. 2020); it has no observation noise.

    Gradients by the points flow through it where the belief is differentiable.
    """

    def __init__(self, belief: Posterior) -> None:
        super().__init__()
        self._belief = belief

    @property
    def num_outputs(self) -> int:
        """Number of latent fields: 1."""
        return 1

    @property
    def batch_shape(self) -> torch.Size:
        """Number of beliefs side by side: none."""
        return torch.Size()

    def posterior(
        self,
        X: Tensor,
        output_indices: list[int] | None = None,
        observation_noise: bool | Tensor = False,  # BoTorch's signature
        posterior_transform: Any = None,
    ) -> Any:
        """Return the joint posterior of f at each batch's q points; `b x q x d`.

        Raises:
            NotImplementedError: an output other than the first, or observation noise, is asked for.
        """
        if observation_noise is not False or output_indices not in (None, [0]):
            raise NotImplementedError("The latent field has one output and no observation noise.")
        *batch, q, d = X.shape
        if q == 1:
            mean, variance = self._belief.marginals(X.reshape(-1, d))
            covariance = variance[:, None, None]
        else:
            pairs = [self._belief.joint(points) for points in X.reshape(-1, q, d)]
            mean = torch.stack([mean for mean, _ in pairs])
            covariance = torch.stack([covariance for _, covariance in pairs])
        posterior = GPyTorchPosterior(MultivariateNormal(mean.reshape(*batch, q), covariance.reshape(*batch, q, q)))
        return posterior if posterior_transform is None else posterior_transform(posterior)
