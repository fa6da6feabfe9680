"""A judge who finds nothing wrong with anything is worth nothing."""

from dataclasses import dataclass, replace

import pytest

from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.v1 import event_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.claims import claims
from crash.journal import Acknowledged
from crash.judge import Log, damage, judge, read_logs
from crash.studies import observation, sobol_study, unasked
from crash.wal import PAGE_BYTES


@dataclass
class Kept:
    """What a server that keeps its word has acknowledged about an experiment, what it lists, and what its log holds."""

    name: str
    calls: list[Acknowledged]
    listed: dict[str, list[trial_pb2.Trial]]
    logs: dict[str, Log]

    def judge(self):
        return judge(claims(self.calls), self.listed, self.logs)

    @property
    def log(self):
        return self.logs[self.name]

    def set_events(self, events):
        self.logs[self.name] = replace(self.log, events=events)

    def acknowledge(self, method, request, response):
        self.calls.append(Acknowledged(method, request, response))


@pytest.fixture
def kept(tmp_path):
    store = open_store(tmp_path / "experiments.db")
    experiments = Experiments(store)
    servicer, calls = Servicer(store, experiments, CATALOGUE), []

    def call(method, request):
        calls.append(Acknowledged(method, request, servicer.call(method, request)))
        return calls[-1].response

    name = call("Setup", v1.SetupRequest(request_id="s", config=sobol_study())).experiment_id
    call("Ask", v1.AskRequest(experiment_id=name, request_id="a", count=2))
    tell = v1.TellRequest(experiment_id=name, observations=[observation(1, trial_id=1)])
    tell.ask_next.SetInParent()
    call("Tell", tell)
    call("Tell", v1.TellRequest(experiment_id=name, observations=[unasked(0, "mine", 0.5, 0.5)]))
    call("FinishExperiment", v1.FinishExperimentRequest(experiment_id=name, request_id="f"))
    listed = {name: list(servicer.call("ListTrials", v1.ListTrialsRequest(experiment_id=name)).trials)}
    experiments.close()
    return Kept(name, calls, listed, read_logs(str(tmp_path / "experiments.db")))


def test_a_server_that_keeps_its_word_is_not_blamed(kept):
    verdict = kept.judge()
    assert verdict.kept, verdict
    assert verdict.acknowledged == 1 + 3 + 2 + 1  # the experiment, three asked trials, two responses, the end


def without_a_trial(kept):
    del kept.listed[kept.name][1]


def with_another_stimulus(kept):
    kept.listed[kept.name][1].stimuli[0].values["contrast"].number_value += 2**-50


def with_another_outcome(kept):
    kept.listed[kept.name][0].observation.outcomes["response"].number_value = 0


def without_the_experiment(kept):
    del kept.listed[kept.name], kept.logs[kept.name]


def without_its_end(kept):
    kept.set_events(kept.log.events[:-1])


def with_a_number_given_twice(kept):
    other = v1.AskRequest(experiment_id=kept.name, request_id="other")
    kept.acknowledge("Ask", other, kept.calls[1].response)


def with_two_outcomes_acknowledged(kept):
    request = v1.TellRequest(experiment_id=kept.name, observations=[observation(0, trial_id=1)])
    kept.acknowledge("Tell", request, kept.calls[2].response)


LOSSES = (
    without_a_trial,
    with_another_stimulus,
    with_another_outcome,
    without_the_experiment,
    without_its_end,
    with_a_number_given_twice,
    with_two_outcomes_acknowledged,
)


@pytest.mark.parametrize("change", LOSSES)
def test_what_is_lost_is_found(kept, change):
    change(kept)
    assert kept.judge().lost


def with_a_trial_of_nobody(kept):
    del kept.calls[1]


def with_a_response_of_nobody(kept):
    del kept.calls[3]


def with_an_experiment_of_nobody(kept):
    kept.logs["other"] = replace(kept.log, record=replace(kept.log.record, experiment_id="other"))


def with_a_response_twice(kept):
    kept.set_events([*kept.log.events, kept.log.events[-2]])


def with_an_ask_twice(kept):
    later = event_pb2.Event.FromString(kept.log.events[1].payload)
    later.trial_asked.trial_id = 5
    kept.set_events([*kept.log.events, replace(kept.log.events[1], payload=later.SerializeToString())])


def with_two_answers_to_a_request(kept):
    answer = v1.AskResponse(trials=kept.calls[2].response.next_trials)
    kept.acknowledge("Ask", kept.calls[1].request, answer)


def with_two_experiments_of_a_setup(kept):
    kept.acknowledge("Setup", kept.calls[0].request, v1.SetupResponse(experiment_id="other"))


DUPLICATES = (
    with_a_trial_of_nobody,
    with_a_response_of_nobody,
    with_an_experiment_of_nobody,
    with_a_response_twice,
    with_an_ask_twice,
    with_two_answers_to_a_request,
    with_two_experiments_of_a_setup,
)


@pytest.mark.parametrize("change", DUPLICATES)
def test_what_is_there_twice_is_found(kept, change):
    change(kept)
    assert kept.judge().duplicated


@pytest.mark.parametrize("missing", [0, 3])
def test_gaps_are_found(kept, missing):
    events = list(kept.log.events)
    del events[missing]
    kept.set_events(events)
    assert kept.judge().wrong


def test_a_record_that_disagrees_with_its_log_is_found(kept):
    kept.logs[kept.name] = replace(kept.log, record=replace(kept.log.record, counts={}))
    assert kept.judge().wrong


@pytest.mark.usefixtures("kept")
def test_a_damaged_file_is_found(tmp_path):
    database = tmp_path / "experiments.db"
    assert damage(str(database)) == []
    content = bytearray(database.read_bytes())
    content[2 * PAGE_BYTES : 3 * PAGE_BYTES] = bytes(PAGE_BYTES)
    database.write_bytes(content)
    assert damage(str(database))
