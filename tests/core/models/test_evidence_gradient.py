"""The evidence's gradient against finite differences."""

import gp_cases
import numpy as np
import pytest

from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.responses.links import LINKS


def evidence_at(gp, data):
    prior = gp.kernel.on(data.X.numpy())

    def at(theta):
        return evidence(prior, theta, gp.likelihood(data.y)(theta).tilted, start=None, tolerance=1e-10)

    return at


def differences(at, theta):
    steps = 1e-4 * np.eye(len(theta))
    return np.array([(at(theta + step).value - at(theta - step).value) / 2e-4 for step in steps])


@pytest.mark.parametrize("intensity", [None, 0])
@pytest.mark.parametrize("offset", [0.0, 0.5, -0.5])
@pytest.mark.parametrize("link", LINKS)
def test_gradient_is_exact_without_guesses(intensity, offset, link):
    gp, data = gp_cases.model(3, intensity=intensity, link=link), gp_cases.observer(25, 3)
    theta = gp.kernel.hyperprior.centre + offset
    at = evidence_at(gp, data)
    np.testing.assert_allclose(at(theta).gradient, differences(at, theta), atol=1e-5)


@pytest.mark.parametrize("link", LINKS)
def test_gradient_is_exact_for_counts_without_guesses(link):
    gp, data = gp_cases.model(3, intensity=0, link=link, trials=10), gp_cases.observer(12, 3, trials=10)
    theta = gp.kernel.hyperprior.centre
    at = evidence_at(gp, data)
    np.testing.assert_allclose(at(theta).gradient, differences(at, theta), atol=2e-3)


@pytest.mark.parametrize("intensity", [None, 0])
def test_gradient_points_the_right_way_under_a_guess_rate(intensity):
    gp, data = gp_cases.model(3, intensity=intensity, guess=0.5), gp_cases.observer(40, 3, guess=0.5)
    at, theta = evidence_at(gp, data), gp.kernel.hyperprior.centre
    found, expected = at(theta).gradient, differences(at, theta)
    cosine = found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)
    assert cosine > 0.95
