"""A model whose numbers fail: trials go on with a note, and a query says what is wrong."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from session_scenario import ask_call, given, run

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import ModelRefitted


@dataclass(frozen=True)
class Elsewhere:
    """Something that is another one but for what `changed` has by name."""

    one: object
    changed: dict

    def __getattr__(self, name):
        return self.changed[name] if name in self.changed else getattr(self.one, name)


def no_covariance(*_):
    raise np.linalg.LinAlgError("The kernel has failed.")


def no_moments(_y, mean, _variance):
    nothing = torch.full_like(mean, torch.nan)
    return nothing, nothing, nothing


def no_slope(_y, mean, _variance):
    return torch.ones_like(mean), torch.full_like(mean, torch.nan), torch.full_like(mean, -0.1)


def failing_kernel(model):
    return replace(model, kernel=Elsewhere(model.kernel, {"covariance": no_covariance, "on": lambda _: no_covariance}))


def failing_response(tilted):
    return lambda model: replace(model, response=Elsewhere(model.response, {"tilted": tilted}))


FAILURES = {
    "kernel": (failing_kernel, "kernel has failed"),
    "moments": (failing_response(no_moments), "not positive definite"),
    "slope": (failing_response(no_slope), "not finite"),
}


@pytest.fixture(params=FAILURES)
def broken(request, experiment):
    """An experiment at its first adaptive trial, its model, and what its failure says."""
    run(experiment, 3)
    learner = experiment._phases[1].learner
    whole = learner.model
    breaks, message = FAILURES[request.param]
    learner.model = breaks(whole)
    return experiment, whole, message


def test_learning_begins_with_the_prior_and_says_why(broken, experiments):
    experiment, whole, message = broken
    experiment.ask(ask_call())
    kinds = [decode(event.payload).kind for event in experiments.store.events(experiment.experiment_id)]
    (refit,) = (kind for kind in kinds if isinstance(kind, ModelRefitted))
    assert refit.hyperparameters == pytest.approx(tuple(whole.hyperprior.centre))
    assert re.search(message, refit.note)


def test_trials_go_on_with_a_note(broken):
    experiment, _, _ = broken
    trials = experiment.ask(ask_call(count=2)).trials
    assert [trial.source for trial in trials] == [Source.FALLBACK] * 2
    for trial in trials:
        assert "The model's belief failed" in trial.note
        experiment.tell([given(trial.trial_id)])
    assert len({trial.stimuli[0]["contrast"] for trial in trials}) == 2


def test_a_query_says_what_is_wrong(broken):
    experiment, _, message = broken
    with pytest.raises(ServiceError, match=message) as raised:
        experiment.fitted()
    assert raised.value.reason is Reason.INTERNAL_FAULT
    assert "3 observations" in raised.value.message


def test_a_model_that_recovers_chooses_again(broken):
    experiment, whole, _ = broken
    (trial,) = experiment.ask(ask_call()).trials
    experiment.tell([given(trial.trial_id)])
    experiment._phases[1].learner.model = whole
    assert experiment.ask(ask_call()).trials[0].source is Source.MODEL
    assert experiment.fitted().observation_count == 4
