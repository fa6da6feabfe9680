"""What the responses with parameters of their own have in common."""

import numpy as np
import pytest
import torch

from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.responses.ordinal import OrdinalResponse

RESPONSES = {
    "continuous": (ContinuousResponse(), [-2.0, 0.1, 0.3, 5.0]),
    "three levels": (OrdinalResponse(steps=(1.3,)), [0.0, 1.0, 2.0]),
    "five levels": (OrdinalResponse(steps=(1.0, 0.5, 2.0)), [0.0, 1.0, 2.0, 3.0, 4.0]),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_sensitivity_agrees_with_finite_differences(name):
    response, responses = RESPONSES[name]
    rng = np.random.default_rng(1)
    y = torch.tensor(responses, dtype=torch.float64)
    mean, variance = torch.from_numpy(rng.normal(size=len(y))), torch.from_numpy(rng.random(len(y)) + 0.1)
    theta = response.hyperprior.centre + rng.normal(size=len(response.hyperprior.parameters)) * 0.3

    def log_z(at):
        return torch.log(response.given(at, y).tilted(y, mean, variance)[0])

    found = response.given(theta, y).sensitivity(y, mean, variance)
    steps = 1e-6 * np.eye(len(theta))
    expected = torch.stack([(log_z(theta + step) - log_z(theta - step)) / 2e-6 for step in steps])
    torch.testing.assert_close(found, expected, atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize("name", RESPONSES)
def test_the_mean_rises_with_f_and_latent_inverts_it(name):
    response, _ = RESPONSES[name]
    f = torch.linspace(-2, 2, 9, dtype=torch.float64)
    means = response.mean(f)
    assert bool((means.diff() > 0).all())
    back = [response.latent(value) for value in means.tolist()]
    np.testing.assert_allclose(back, f.numpy(), atol=1e-6)
