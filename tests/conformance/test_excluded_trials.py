"""Trials that are kept and not learned from, such as practice, through all that a client can see of them."""

import itertools

import pytest
from matplotlib.collections import PathCollection

from aepsych_grpc.client import Client, NothingToModelError, TrialAlreadyToldError
from aepsych_grpc.server.in_process import InProcessTransport

STUDY = {
    "parameters": [{"name": "contrast", "continuous": {"lower_bound": 0, "upper_bound": 1}}],
    "intensity_parameter": "contrast",
    "outcomes": [{"name": "seen", "binary": {}}],
    "strategies": [
        {"name": "start", "generator": {"name": "sobol"}, "stopping": {"min_total_tells": 3}},
        {"name": "then", "model": {"name": "gp_classification"}, "stopping": {"min_outcome_occurrences": 3}},
    ],
    "seed": 3,
}


@pytest.fixture
def client(live):
    with Client(live.server.address) as client:
        yield client


def practise(experiment, count=2):
    for _ in range(count):
        experiment.tell(experiment.ask(), 1, exclude_from_model=True, metadata={"practice": True})


def respond(experiment, count):
    for _ in range(count):
        trial = experiment.ask()
        experiment.tell(trial, trial["contrast"] > 0.4)


def test_practice_moves_no_rule_and_no_belief(client):
    experiment = client.setup(STUDY)
    practise(experiment, 4)
    state = experiment.state()
    assert (state.current_strategy, state.asked_count, state.told_count, state.can_model) == ("start", 4, 4, False)
    assert state.strategies[0].remaining == ("tells 0 of 3",)
    with pytest.raises(NothingToModelError):
        experiment.threshold()
    respond(experiment, 3)
    assert experiment.state().current_strategy == "then"
    assert experiment.threshold().observation_count == 3
    practise(experiment)
    assert experiment.threshold().observation_count == 3
    trials = experiment.trials()
    assert [trial.exclude_from_model for trial in trials] == [*[True] * 4, *[False] * 3, *[True] * 2]
    assert all(trial.outcomes == {"seen": 1} for trial in trials if trial.exclude_from_model)


def test_practice_changes_no_later_estimate(client):
    estimates = []
    for practised in (False, True):
        experiment = client.setup(STUDY)
        for place, contrast in enumerate((0.1, 0.3, 0.5, 0.7, 0.9)):
            if practised:
                experiment.tell({"contrast": 0.5}, place % 2, exclude_from_model=True)
            experiment.tell({"contrast": contrast}, contrast > 0.4)
        estimates.append(experiment.predict([{"contrast": 0.4}])[0])
    assert estimates[0] == estimates[1]


def test_a_data_frame_and_a_plot_tell_practice_apart(client):
    experiment = client.setup(STUDY)
    practise(experiment)
    respond(experiment, 4)
    frame = experiment.to_pandas()
    assert frame["exclude_from_model"].tolist() == [True, True, False, False, False, False]
    assert frame["seen"].notna().all()
    assert frame[~frame["exclude_from_model"]]["metadata_practice"].isna().all()
    drawn = [one for axes in experiment.plot().axes for one in axes.collections if isinstance(one, PathCollection)]
    assert sum(len(one.get_offsets()) for one in drawn) == 4


def test_the_same_response_with_and_without_is_not_the_same(client):
    experiment = client.setup(STUDY)
    trial = experiment.ask()
    experiment.tell(trial, 1, exclude_from_model=True)
    assert experiment.tell(trial, 1, exclude_from_model=True).duplicate
    with pytest.raises(TrialAlreadyToldError):
        experiment.tell(trial, 1)


def test_after_a_restart_practice_is_still_practice(tmp_path):
    shown = []
    for name, restart in (("steady.db", False), ("restarted.db", True)):
        client = Client(transport=InProcessTransport(str(tmp_path / name)))
        experiment = client.setup(STUDY)
        for practice in (True, False, True, False, False, False, True, False):
            practise(experiment, 1) if practice else respond(experiment, 1)
            if restart:
                client.close()
                client = Client(transport=InProcessTransport(str(tmp_path / name)))
                experiment = client.experiment(experiment.experiment_id)
        shown.append([dict(trial) for trial in experiment.trials()])
        client.close()
    assert shown[0] == shown[1]


def test_a_participant_s_experiments_are_found_among_all(client):
    """More than a page of them, of several participants, studies and labels."""
    participants, studies, eyes = ("p-1", "p-11", "Zoë 王"), ("contrast", "size"), ("left", "right")
    made = [
        client.setup(STUDY | {"name": f"{study} listed"}, participant_id=who, labels={"eye": eye}).experiment_id
        for _ in range(5)
        for who, study, eye in itertools.product(participants, studies, eyes)
    ]
    respond(client.experiment(made[0]), 1)
    client.experiment(made[0]).finish()

    def listed(**filters):
        return [one.experiment_id for one in client.experiments(**filters)]

    chosen = list(itertools.product(participants, studies, eyes)) * 5
    for who in participants:
        mine = [one for one, (whose, _, _) in zip(made, chosen, strict=True) if whose == who]
        assert listed(participant_id=who) == mine[::-1]
        left = [one for one, key in zip(made, chosen, strict=True) if key == (who, "contrast", "left")]
        assert listed(participant_id=who, name="contrast listed", labels={"eye": "left"}) == left[::-1]
    assert listed(participant_id="p") == []
    assert listed(participant_id="p-1", labels={"eye": "middle"}) == []
    assert len(listed(name="size listed")) == 30
    oldest = client.experiments(participant_id="p-1")[-1]
    assert (oldest.experiment_id, oldest.finished, oldest.asked_count, oldest.told_count) == (made[0], True, 1, 1)
