"""The functions that seek the maximum, against their formulas."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.expected_improvement import POOL
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.space.sobol import sobol_points


def scores(name, posterior, X, **options):
    entry = ACQUISITIONS[name]
    acquisition = entry.build(AcquisitionContext(outcome=outcome.Continuous()), entry.options(**options))
    rng = np.random.default_rng(1)
    return acquisition.prepare(posterior, ContinuousResponse(), lambda points: points, rng)(X)


def test_expected_improvement_is_above_the_best_mean_of_the_pool(known_gp):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((30, 2)))
    pool = sobol_points(2, POOL, seed=int(np.random.default_rng(1).integers(2**31)))
    mean, variance = (part.numpy() for part in posterior.marginals(X))
    sd, best = np.sqrt(variance), posterior.marginals(pool)[0].max().item()
    z = (mean - best) / sd
    expected = sd * (norm.pdf(z) + z * norm.cdf(z))
    np.testing.assert_allclose(np.exp(scores("expected_improvement", posterior, X).numpy()), expected, rtol=1e-6)


@pytest.mark.parametrize("beta", [0.0, 2.0])
def test_upper_confidence_bound_is_so_many_sds_above_the_mean(known_gp, beta):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((9, 2)))
    mean, variance = posterior.marginals(X)
    found = scores("upper_confidence_bound", posterior, X, beta=beta)
    torch.testing.assert_close(found, mean + beta * variance.sqrt())
