"""After a restart: experiments are listed without being read, and one goes on from the latest refit of its log."""

import pytest
from session_scenario import ask_call, run, set_up

from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.session import experiments as module
from aepsych_grpc.session.event import ModelRefitted, ObservationTold
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


@pytest.fixture
def recorded(database):
    """A log that ends some trials after its latest refit, and what is asked next."""
    experiments = Experiments(open_store(database))
    experiment = set_up(experiments, model=60)
    run(experiment, 8)
    while isinstance(experiments.log(experiment.experiment_id)[-3].kind, ModelRefitted):
        run(experiment, 1)
    events = experiments.log(experiment.experiment_id)
    experiments.close()
    return experiment.experiment_id, events


def test_experiments_are_listed_before_any_is_read(database, recorded, monkeypatch):
    monkeypatch.setattr(module, "decode", None)
    restarted = Experiments(open_store(database))
    (listed,) = restarted.store.list_experiments(page_size=10).records
    assert (listed.experiment_id, listed.sequence) == (recorded[0], len(recorded[1]))
    assert not restarted._open
    restarted.close()


def test_a_restarted_experiment_learns_nothing_anew(database, recorded, monkeypatch):
    experiment_id, events = recorded
    fitted, conditioned = [], []
    fit, condition = GaussianProcessModel.fit, GaussianProcessModel.condition
    monkeypatch.setattr(
        GaussianProcessModel,
        "fit",
        lambda self, data, *rest, **more: fitted.append(len(data)) or fit(self, data, *rest, **more),
    )
    monkeypatch.setattr(
        GaussianProcessModel,
        "condition",
        lambda self, data, *rest, **more: conditioned.append(len(data)) or condition(self, data, *rest, **more),
    )
    restarted = Experiments(open_store(database))
    experiment = restarted.open(experiment_id)
    overview = experiment.overview()
    assert (overview.sequence, fitted, conditioned) == (len(events), [], [])
    experiment.ask(ask_call())
    told = [isinstance(event.kind, ObservationTold) for event in events]
    latest = max(i for i, event in enumerate(events) if isinstance(event.kind, ModelRefitted))
    if isinstance(restarted.log(experiment_id)[len(events)].kind, ModelRefitted):
        assert (fitted, conditioned) == ([sum(told)], [sum(told)])
    else:
        assert (fitted, conditioned) == ([], [sum(told[:latest]), sum(told)])
    restarted.close()
