"""Models that know something beforehand, through a session: other trials, and the same ones after a restart."""

from dataclasses import replace

import pytest
from session_scenario import MODEL, make_config, run

from aepsych_grpc.config.experiment import Component
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store

OPTIONS = {
    "increasing": ["contrast"],
    "decreasing": ["frequency"],
    "known": [
        {"where": {"contrast": 0.01}, "probability": 0.5},
        {"where": {"contrast": [0.5, 1], "frequency": [0.5, 8]}, "probability": 0.98, "trials": 15},
    ],
}


def config(options):
    plain = make_config()
    strategies = (plain.strategies[0], replace(plain.strategies[1], model=Component(name=MODEL, options=options)))
    return from_proto(to_proto(replace(plain, strategies=strategies)), CATALOGUE)


def shown(database, options, *, restart):
    experiments = Experiments(open_store(database))
    experiment_id = experiments.setup(SetupCall(config=config(options))).experiment_id
    stimuli = []
    for _ in range(7):
        if restart:
            experiments.close()
            experiments = Experiments(open_store(database))
        stimuli += run(experiments.open(experiment_id), 1)
    experiments.close()
    return stimuli


def test_a_restart_before_every_trial_changes_no_stimulus(tmp_path):
    steady = shown(tmp_path / "steady.db", OPTIONS, restart=False)
    assert steady == shown(tmp_path / "restarted.db", OPTIONS, restart=True)


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_known_moves_the_trials(tmp_path, name):
    known = shown(tmp_path / "known.db", {name: OPTIONS[name]}, restart=False)
    plain = shown(tmp_path / "plain.db", {}, restart=False)
    assert known[:3] == plain[:3]
    assert known[3:] != plain[3:]
