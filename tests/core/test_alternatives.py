"""Equally likely beliefs taken together, against a sample of their mixture."""

import numpy as np
import torch

from aepsych_grpc.core.alternatives import Alternatives, parts
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.responses.binary import BinaryResponse

SAMPLES = 200_000


def points(n, seed):
    return torch.rand(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_moments_are_those_of_the_mixture(known_gp):
    beliefs = (known_gp(n=5, seed=1), known_gp(n=5, seed=2, variance=3.0), known_gp(n=5, seed=3, offset=2.0))
    X, Z = points(3, 1), points(2, 2)
    both, rng = torch.cat([X, Z]), np.random.default_rng(0)
    f = np.concatenate(
        [rng.multivariate_normal(*(part.numpy() for part in belief.joint(both)), SAMPLES) for belief in beliefs]
    )
    mixture = Alternatives(beliefs)
    mean, covariance = mixture.joint(both)
    np.testing.assert_allclose(mean.numpy(), f.mean(0), atol=0.02)
    np.testing.assert_allclose(covariance.numpy(), np.cov(f.T), atol=0.05)
    marginals = mixture.marginals(both)
    torch.testing.assert_close(marginals, (mean, covariance.diagonal()))
    torch.testing.assert_close(mixture.covariance(X, Z), covariance[:3, 3:])
    assert mixture.d == 2


def test_pending_trials_are_counted_in_by_each(known_gp):
    beliefs = (known_gp(n=5, seed=1), known_gp(n=5, seed=2))
    pending, X, response = points(2, 1), points(3, 2), BinaryResponse(guess_rate=0.5)
    together = anticipate(Alternatives(beliefs), response, pending)
    for part, belief in zip(parts(together), beliefs, strict=True):
        torch.testing.assert_close(part.marginals(X), anticipate(belief, response, pending).marginals(X))


def test_a_belief_by_itself_is_its_only_part(known_gp):
    belief = known_gp()
    assert parts(belief) == (belief,)
