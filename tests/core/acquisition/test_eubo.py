"""The expected utility of the better one of a pair, against long sampling of the utilities."""

import numpy as np
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.preference import PreferenceModel
from aepsych_grpc.core.models.utility_posterior import UtilityPosterior
from aepsych_grpc.core.responses.choice import choice_response
from aepsych_grpc.core.space.sobol import sobol_points

KERNEL = ArdKernel((False, False))
PAIRS = DifferenceKernel(KERNEL)
MODEL = PreferenceModel(
    differences=GaussianProcessModel(kernel=PAIRS, response=choice_response()), reference=sobol_points(2, 64, seed=0)
)
THETA = tuple(KERNEL.hyperprior.centre.tolist())


def belief(n=20):
    rng = np.random.default_rng(0)
    X = rng.random((n, 4))
    utility = -12 * np.square(X.reshape(n, 2, 2) - [0.3, 0.7]).sum(-1)
    y = (utility[:, 1] > utility[:, 0]).astype(float)
    data = TrainingData(torch.from_numpy(X), torch.from_numpy(y))
    pairs = MODEL.condition(data, THETA)
    return pairs, UtilityPosterior(pairs, PAIRS, MODEL.reference)


def scores(posterior, X):
    entry = ACQUISITIONS["eubo"]
    eubo = entry.build(AcquisitionContext(outcome=outcome.Choice()), entry.options())
    return eubo.prepare(posterior, choice_response(), lambda points: points, np.random.default_rng(0))(X)


def test_it_is_the_mean_of_the_larger_utility():
    """But for one constant: utilities have no zero of their own."""
    pairs, _ = belief()
    X = torch.from_numpy(np.random.default_rng(2).random((15, 4)))
    centre = torch.full((1, 2), 0.5, dtype=torch.float64)
    stimuli = torch.cat([X[:, :2], X[:, 2:]])
    mean, covariance = pairs.joint(torch.cat([centre.expand(30, 2), stimuli], 1))
    draws = np.random.default_rng(1).multivariate_normal(mean.numpy(), covariance.numpy(), 400_000, method="eigh")
    expected = np.maximum(draws[:, :15], draws[:, 15:]).mean(0)
    np.testing.assert_allclose(scores(pairs, X).numpy(), expected, atol=0.02)


def test_it_does_not_matter_which_stimulus_comes_first():
    pairs, _ = belief()
    X = torch.from_numpy(np.random.default_rng(2).random((15, 4)))
    torch.testing.assert_close(scores(pairs, X), scores(pairs, X[:, [2, 3, 0, 1]]))


def test_a_pair_of_the_same_stimulus_is_worth_its_utility():
    pairs, utilities = belief()
    X = torch.from_numpy(np.random.default_rng(2).random((15, 2)))
    found, expected = scores(pairs, torch.cat([X, X], 1)), utilities.marginals(X)[0]
    torch.testing.assert_close(found - found[0], expected - expected[0], atol=1e-3, rtol=0)


def test_the_best_pair_lies_about_the_preferred_stimulus():
    pairs, _ = belief(60)
    X = sobol_points(4, 2048, seed=3)
    best = X[scores(pairs, X).topk(10).indices].reshape(-1, 2).mean(0)
    assert bool((best - torch.tensor([0.3, 0.7])).abs().max() < 0.2)
