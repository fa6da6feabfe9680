"""The service without a transport: one method for each RPC, from request message to response message."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message

from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.config.proto import to_proto
from aepsych_grpc.config.remarks import remarks
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server import answers, exporting, listing, requests
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.digest import next_request_id
from aepsych_grpc.server.places import Places
from aepsych_grpc.server.query import SUPPORTED, answer_query
from aepsych_grpc.server.replaying import answer_replay
from aepsych_grpc.server.server_info import server_info
from aepsych_grpc.server.watching import WhenGone, watch
from aepsych_grpc.session.call import AskAnswer, AskCall, Receipt
from aepsych_grpc.session.codec import learned_prior_to_proto
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.v1 import experiment_service_pb2 as v1

ENDLESS = frozenset({"WatchExperiment"})
"""The RPCs that last until the caller has had enough."""


class Servicer:
    """Answers the RPCs. May be called from any thread."""

    def __init__(self, store: EventStore, experiments: Experiments, catalogue: Catalogue) -> None:
        self._store = store
        self._experiments = experiments
        self._catalogue = catalogue
        self._server_info = server_info(catalogue, SUPPORTED)
        self._places = Places()
        self._timed: Mapping[str, Callable[[Any, float | None], Message]] = {
            "Setup": self.setup,
            "Ask": self.ask,
            "Tell": self.tell,
            "Query": self.query,
            "ListTrials": self.list_trials,
        }
        self._streamed: Mapping[str, Callable[[Any, float | None], Iterator[Message]]] = {
            "Replay": self.replay,
            "ExportTrials": self.export_trials,
        }
        self._endless: Mapping[str, Callable[[Any, WhenGone], Iterator[Message]]] = {
            "WatchExperiment": self.watch_experiment,
        }
        self._untimed: Mapping[str, Callable[[Any], Message]] = {
            "FinishStrategy": self.finish_strategy,
            "FinishExperiment": self.finish_experiment,
            "ReviseTrial": self.revise_trial,
            "GetExperiment": self.get_experiment,
            "ListExperiments": self.list_experiments,
            "GetServerInfo": self.get_server_info,
        }

    def call(self, method: str, request: Message, timeout: float | None = None) -> Message:
        """Answer the RPC of this name. `timeout` is what is left of the call's time in seconds; None for no limit.

        Raises:
            ServiceError: The call can't be answered.
        """
        _check_time(timeout)
        if method in self._timed:
            return self._timed[method](request, timeout)
        return self._untimed[method](request)

    def stream(
        self, method: str, request: Message, timeout: float | None = None, when_gone: WhenGone = lambda _: True
    ) -> Generator[Message, None, None]:
        """Answer the server-streaming RPC of this name, one message after the other; otherwise as `call`.

        `when_gone` lets one that has nothing to say at the moment learn that the caller has gone.
        """
        _check_time(timeout)
        if method in self._endless:
            yield from self._endless[method](request, when_gone)
            return
        with self._places.taken():
            yield from self._streamed[method](request, timeout)

    def setup(self, request: v1.SetupRequest, timeout: float | None = None) -> v1.SetupResponse:
        """Set up an experiment, or only check its config."""
        call = requests.setup_call(request, self._catalogue, timeout)
        answer = self._experiments.check(call) if request.validate_only else self._experiments.setup(call)
        return v1.SetupResponse(
            experiment_id=answer.experiment_id,
            config=to_proto(answer.config),
            warnings=(*remarks(answer.config), *answer.prior_warnings),
            duplicate=answer.duplicate,
            learned_priors=map(learned_prior_to_proto, answer.learned_priors),
            carried_over_count=answer.carried_over_count,
        )

    def ask(self, request: v1.AskRequest, timeout: float | None = None) -> v1.AskResponse:
        """Ask for the next trials."""
        call = requests.ask_call(request, timeout)
        answer = self._experiments.open(request.experiment_id).ask(call)
        return v1.AskResponse(
            trials=answers.trial_messages(answer.trials),
            finished=answer.finished,
            sequence=answer.sequence,
            duplicate=answer.duplicate,
        )

    def tell(self, request: v1.TellRequest, timeout: float | None = None) -> v1.TellResponse:
        """Record responses, and ask for the next trials if wanted."""
        observations, ask = requests.tell_call(request, timeout)
        experiment = self._experiments.open(request.experiment_id)
        if ask is not None:
            experiment.check_ask(ask)  # before anything is recorded: a call with a mistake leaves nothing behind
        answer = experiment.tell(observations)
        response = v1.TellResponse(
            receipts=map(answers.receipt_message, answer.receipts), sequence=answer.sequence, finished=answer.finished
        )
        if ask is not None:
            asked = _ask_next(experiment, ask, answer.receipts)
            if asked is not None:
                response.next_trials.extend(answers.trial_messages(asked.trials))
                response.sequence = asked.sequence
                response.finished = asked.finished
        return response

    def query(self, request: v1.QueryRequest, timeout: float | None = None) -> v1.QueryResponse:
        """Answer a question about the participant."""
        return answer_query(request, self._experiments, timeout)

    def replay(self, request: v1.ReplayRequest, timeout: float | None = None) -> Iterator[v1.ReplayResponse]:
        """Re-derive an experiment from its log."""
        return answer_replay(request, self._experiments, timeout)

    def finish_strategy(self, request: v1.FinishStrategyRequest) -> v1.FinishStrategyResponse:
        """End the current strategy."""
        identity = requests.finish_call(request, "strategy")
        experiment = self._experiments.open(request.experiment_id)
        duplicate = experiment.finish_strategy(identity, request.strategy)
        message = answers.experiment_message(experiment.overview())
        return v1.FinishStrategyResponse(experiment=message, duplicate=duplicate)

    def finish_experiment(self, request: v1.FinishExperimentRequest) -> v1.FinishExperimentResponse:
        """End the experiment."""
        identity = requests.finish_call(request, "reason")
        experiment = self._experiments.open(request.experiment_id)
        duplicate = experiment.finish(identity, request.reason)
        message = answers.experiment_message(experiment.overview())
        return v1.FinishExperimentResponse(experiment=message, duplicate=duplicate)

    def revise_trial(self, request: v1.ReviseTrialRequest) -> v1.ReviseTrialResponse:
        """Correct or retract an observation."""
        call = requests.revise_call(request)
        answer = self._experiments.open(request.experiment_id).revise(call)
        return v1.ReviseTrialResponse(
            trial=answers.trial_message(answer.trial), sequence=answer.sequence, duplicate=answer.duplicate
        )

    def watch_experiment(
        self, request: v1.WatchExperimentRequest, when_gone: WhenGone
    ) -> Iterator[v1.WatchExperimentResponse]:
        """Stream events as they are recorded."""
        return watch(request, self._experiments, when_gone)

    def get_experiment(self, request: v1.GetExperimentRequest) -> v1.GetExperimentResponse:
        """Report the state of an experiment."""
        checks = Checks()
        checks.text("experiment_id", request.experiment_id, required=True)
        checks.done()
        overview = self._experiments.open(request.experiment_id).overview()
        return v1.GetExperimentResponse(experiment=answers.experiment_message(overview))

    def list_experiments(self, request: v1.ListExperimentsRequest) -> v1.ListExperimentsResponse:
        """List experiments."""
        return listing.list_experiments(request, self._store)

    def list_trials(self, request: v1.ListTrialsRequest, timeout: float | None = None) -> v1.ListTrialsResponse:
        """List trials."""
        return listing.list_trials(request, self._experiments, timeout)

    def export_trials(
        self, request: v1.ExportTrialsRequest, timeout: float | None = None
    ) -> Iterator[v1.ExportTrialsResponse]:
        """Export trials as a file."""
        return exporting.export_trials(request, self._experiments, timeout)

    def get_server_info(self, _request: v1.GetServerInfoRequest) -> v1.GetServerInfoResponse:
        """Report the version, limits and catalogue."""
        return self._server_info


def _check_time(timeout: float | None) -> None:
    if timeout is not None and timeout <= 0:
        raise ServiceError(Reason.DEADLINE_EXCEEDED, "The call's deadline passed before it was begun.")


def _ask_next(experiment: Experiment, call: AskCall, receipts: tuple[Receipt, ...]) -> AskAnswer | None:
    """Ask after a Tell; None when the experiment is finished.

    It is asked even when the Tell left the experiment finished: a Tell that is sent again finds it so when the trial
    that it was answered with was the last.
    """
    if not call.request.request_id:
        derived = next_request_id(receipt.observation_id for receipt in receipts)
        call = replace(call, request=replace(call.request, request_id=derived))
    try:
        return experiment.ask(call)
    except ServiceError as error:
        if error.reason is Reason.EXPERIMENT_FINISHED:
            return None
        raise ServiceError(
            error.reason,
            f"The responses are recorded, but the next trial could not be asked: {error.message}",
            violations=error.violations,
            metadata=error.metadata,
        ) from error
