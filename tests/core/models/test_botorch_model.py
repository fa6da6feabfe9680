"""BoTorch's acquisition functions on a belief."""

import warnings

import gp_cases
import numpy as np
import pytest
import torch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what BoTorch's import warns of is not ours
    from botorch.acquisition import UpperConfidenceBound, qUpperConfidenceBound
    from botorch.optim import optimize_acqf
    from botorch.sampling import SobolQMCNormalSampler

    from aepsych_grpc.core.models.botorch_model import BotorchModel

UNIT_SQUARE = torch.tensor([[0.0, 0.0], [1.0, 1.0]], dtype=torch.float64)


@pytest.fixture(scope="module")
def belief():
    gp, data = gp_cases.model(2, intensity=0), gp_cases.observer(60, 2)
    return gp.condition(data, gp.fit(data).hyperparameters)


def test_it_passes_on_the_belief(belief):
    X = torch.rand(5, 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    posterior = BotorchModel(belief).posterior(X)
    assert posterior.mean.shape == (5, 3, 1)
    for b in range(5):
        mean, covariance = belief.joint(X[b])
        np.testing.assert_allclose(posterior.mean[b, :, 0].numpy(), mean.numpy(), atol=1e-12)
        np.testing.assert_allclose(posterior.mvn.covariance_matrix[b].numpy(), covariance.numpy(), atol=1e-12)
    single = BotorchModel(belief).posterior(X[:, :1])
    np.testing.assert_allclose(single.variance[:, 0, 0].numpy(), belief.marginals(X[:, 0])[1].numpy(), atol=1e-12)


def test_the_best_bound_is_found_by_gradients(belief):
    bound = UpperConfidenceBound(BotorchModel(belief), beta=4.0)
    torch.manual_seed(0)
    point, value = optimize_acqf(bound, UNIT_SQUARE, q=1, num_restarts=4, raw_samples=32)
    axis = torch.linspace(0, 1, 41, dtype=torch.float64)
    mean, variance = belief.marginals(torch.cartesian_prod(axis, axis))
    best = (mean + 2 * variance.sqrt()).max().item()
    assert value.item() >= best - 1e-4
    assert ((point >= 0) & (point <= 1)).all()


def test_batches_of_points_are_scored_and_differentiated(belief):
    sampler = SobolQMCNormalSampler(torch.Size([64]), seed=1)
    bound = qUpperConfidenceBound(BotorchModel(belief), beta=1.0, sampler=sampler)
    X = torch.rand(3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    scores = bound(X)
    (gradient,) = torch.autograd.grad(scores.sum(), X)
    assert scores.shape == (3,)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0


def test_what_it_has_not_is_refused(belief):
    with pytest.raises(NotImplementedError, match="no observation noise"):
        BotorchModel(belief).posterior(UNIT_SQUARE, observation_noise=True)
