"""What must be there: all that the acknowledged calls, taken together, say is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aepsych_grpc.server.digest import next_request_id
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import trial_pb2
from crash.journal import Acknowledged


@dataclass(slots=True)
class Claims:
    """What was acknowledged, and in what the acknowledgements contradict each other.

    Attributes:
        experiments: Experiment by the request that set it up.
        asked: By experiment and number of the trial: the request that it answers, and the stimuli.
        told: By experiment and id of the observation: number of the trial, and outcomes.
        ended: Experiment and request of FinishStrategy and FinishExperiment.
        lost: One thing was acknowledged, and its place then given to another.
        duplicated: One thing was acknowledged as two.
    """

    experiments: dict[str, str] = field(default_factory=dict)
    asked: dict[tuple[str, int], tuple[str, list[trial_pb2.Stimulus]]] = field(default_factory=dict)
    told: dict[tuple[str, str], tuple[int, dict[str, float]]] = field(default_factory=dict)
    ended: set[tuple[str, str]] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    _answers: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many experiments, trials, responses and ends were acknowledged."""
        return len(set(self.experiments.values())) + len(self.asked) + len(self.told) + len(self.ended)

    def add_setup(self, request: v1.SetupRequest, response: v1.SetupResponse) -> None:
        known = self.experiments.setdefault(request.request_id, response.experiment_id)
        if known != response.experiment_id:
            self.duplicated.append(f"setup {request.request_id} made {known} and {response.experiment_id}")

    def add_trials(self, experiment_id: str, request_id: str, trials: Iterable[trial_pb2.Trial]) -> None:
        trials = list(trials)
        numbers = [trial.trial_id for trial in trials]
        known = self._answers.setdefault((experiment_id, request_id), numbers)
        if known != numbers:
            what = f"ask {request_id} of {experiment_id}"
            self.duplicated.append(f"{what} was answered with trials {known} and {numbers}")
        for trial in trials:
            claim = request_id, list(trial.stimuli)
            before = self.asked.setdefault((experiment_id, trial.trial_id), claim)
            if before != claim:
                what = f"trial {trial.trial_id} of {experiment_id}"
                self.lost.append(f"{what} was the answer to {before[0]} and to {request_id}")

    def add_responses(self, request: v1.TellRequest, response: v1.TellResponse) -> None:
        for observation, receipt in zip(request.observations, response.receipts, strict=True):
            outcomes = {name: value.number_value for name, value in observation.outcomes.items()}
            claim = receipt.trial_id, outcomes
            before = self.told.setdefault((request.experiment_id, receipt.observation_id), claim)
            what = f"response {receipt.observation_id} of {request.experiment_id}"
            if before[0] != receipt.trial_id:
                self.duplicated.append(f"{what} was acknowledged for trials {before[0]} and {receipt.trial_id}")
            elif before != claim:
                self.lost.append(f"{what} was acknowledged as {before[1]} and as {outcomes}")


def claims(calls: Iterable[Acknowledged]) -> Claims:
    """Return what these calls, acknowledged in this order, say is recorded."""
    made = Claims()
    for call in calls:
        request, response = call.request, call.response
        if call.method == "Setup":
            made.add_setup(request, response)
        elif call.method == "Ask":
            made.add_trials(request.experiment_id, request.request_id, response.trials)
        elif call.method == "Tell":
            made.add_responses(request, response)
            if request.HasField("ask_next"):
                own = next_request_id(receipt.observation_id for receipt in response.receipts)
                asked = request.ask_next.request_id or own
                made.add_trials(request.experiment_id, asked, response.next_trials)
        else:
            made.ended.add((request.experiment_id, request.request_id))
    return made
