"""A servicer with canned answers: one experiment over two parameters that asks five trials."""

import math
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from google.protobuf import json_format
from google.rpc import code_pb2, error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from aepsych_grpc.client import Retries, StatusError
from aepsych_grpc.error import DOMAIN
from aepsych_grpc.v1 import experiment_pb2, query_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.config_pb2 import ExperimentConfig
from aepsych_grpc.v1.experiment_service_pb2_grpc import (
    ExperimentServiceServicer,
    add_ExperimentServiceServicer_to_server,
)

QUICK = Retries(attempts=4, first_pause=0.001, longest_pause=0.002, first_contact=0.3)

TRIALS = 5
PAGE = 2
CONFIG = {
    "name": "contrast threshold",
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "size", "integer": {"lower_bound": 1, "upper_bound": 8}, "unit": "px"},
        {"name": "eye", "fixed": {"value": "left"}},
    ],
    "outcomes": [{"name": "seen", "binary": {"guess_rate": 0.5, "lapse_rate": 0.02, "target": 0.74}}],
    "stimuli_per_trial": 1,
    "intensity_parameter": "contrast",
}


def failure(code: str, message: str = "no", reason: str = "", violations=(), **metadata: str) -> Status:
    """Make a status as the server does; without a reason, as gRPC itself does."""
    status = Status(code=code_pb2.Code.Value(code), message=message)
    if reason:
        status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata))
    if violations:
        bad = error_details_pb2.BadRequest()
        for field, description in violations:
            bad.field_violations.add(field=field, description=description)
        status.details.add().Pack(bad)
    return status


@contextmanager
def serving(servicer):
    """Serve a servicer on a port of this machine; gives the address."""
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    add_ExperimentServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


class FakeServicer(ExperimentServiceServicer):
    """Answers in memory; `failures` are answered first, one a call, `None` standing for a lost answer."""

    def __init__(self, config=CONFIG) -> None:
        self.config = json_format.ParseDict(config, ExperimentConfig())
        self.failures: deque[Status | None] = deque()
        self.calls: list[tuple[str, object]] = []
        self.trials: dict[int, trial_pb2.Trial] = {}
        self.asks: dict[str, list[int]] = {}
        self.can_model = True
        self.crossing_probability = lambda _index: 0.99
        self.metadata: list[dict[str, str]] = []

    def answer(self, method: str, request):
        """Answer a call; raises StatusError."""
        copy = type(request)()
        copy.CopyFrom(request)
        self.calls.append((method, copy))
        fails = bool(self.failures)
        status = self.failures.popleft() if fails else None
        if status is not None:
            raise StatusError(status)
        response = getattr(self, f"_{method}")(request)
        if fails:
            raise StatusError(failure("UNAVAILABLE", "the answer was lost", "SHUTTING_DOWN"))
        return response

    def _Setup(self, request):
        if request.config.name == "bad":
            mistakes = [("config.parameters[0].name", "taken")]
            raise StatusError(failure("INVALID_ARGUMENT", "bad", "INVALID_CONFIG", mistakes))
        experiment_id = "" if request.validate_only else "e1"
        return v1.SetupResponse(experiment_id=experiment_id, config=self.config, warnings=["few trials"])

    def _GetExperiment(self, request):
        if request.experiment_id != "e1":
            raise StatusError(failure("NOT_FOUND", "none", "EXPERIMENT_NOT_FOUND", experiment_id="e1"))
        return v1.GetExperimentResponse(experiment=self._experiment())

    def _experiment(self):
        told = sum(trial.state == trial_pb2.TRIAL_STATE_TOLD for trial in self.trials.values())
        return experiment_pb2.Experiment(
            experiment_id="e1",
            participant_id="p01",
            name=self.config.name,
            config=self.config,
            told_count=told,
            pending_count=len(self.trials) - told,
            current_strategy="sobol",
            strategies=[experiment_pb2.StrategyProgress(name="sobol", generator="sobol", remaining=["asks 1 of 5"])],
        )

    def _ListExperiments(self, request):
        start = int(request.page_token or 0)
        found = [experiment_pb2.Experiment(experiment_id=f"e{i}") for i in range(start, min(start + PAGE, 5))]
        return v1.ListExperimentsResponse(experiments=found, next_page_token=str(start + PAGE) if start < 4 else "")

    def _ListTrials(self, request):
        start = int(request.page_token or 0)
        ordered = [self.trials[number] for number in sorted(self.trials)]
        end = start + PAGE
        return v1.ListTrialsResponse(
            trials=ordered[start:end], next_page_token=str(end) if end < len(ordered) else "", sequence=9
        )

    def _Ask(self, request):
        return v1.AskResponse(trials=self._ask(request.request_id, request.count), finished=len(self.trials) >= TRIALS)

    def _ask(self, request_id: str, count: int):
        if request_id not in self.asks:
            numbers = range(len(self.trials) + 1, min(len(self.trials) + count, TRIALS) + 1)
            for number in numbers:
                self.trials[number] = self._new_trial(number)
            self.asks[request_id] = list(numbers)
        return [self.trials[number] for number in self.asks[request_id]]

    def _new_trial(self, number: int):
        trial = trial_pb2.Trial(
            trial_id=number, strategy="sobol", source=trial_pb2.TRIAL_SOURCE_SOBOL, state=trial_pb2.TRIAL_STATE_PENDING
        )
        trial.ask_time.GetCurrentTime()
        stimulus = trial.stimuli.add()
        for item in self.config.parameters:
            if item.WhichOneof("kind") == "fixed":
                stimulus.values[item.name].CopyFrom(item.fixed.value)
            elif item.WhichOneof("kind") == "categorical":
                stimulus.values[item.name].string_value = item.categorical.choices[0]
            else:
                stimulus.values[item.name].number_value = 1 if item.name != "contrast" else 0.1 * number
        return trial

    def _Tell(self, request):
        receipts = []
        for observation in request.observations:
            number = observation.trial_id or len(self.trials) + 1
            if number not in self.trials:
                self.trials[number] = trial_pb2.Trial(trial_id=number, stimuli=observation.stimuli)
            trial = self.trials[number]
            duplicate = trial.state == trial_pb2.TRIAL_STATE_TOLD
            trial.state, trial.sequence = trial_pb2.TRIAL_STATE_TOLD, 1 + 2 * number
            trial.observation.CopyFrom(observation)
            observation_id = observation.observation_id or f"trial-{number}"
            receipts.append(v1.ObservationReceipt(observation_id=observation_id, trial_id=number, duplicate=duplicate))
        next_trials = self._ask(receipts[0].observation_id, 1) if request.HasField("ask_next") else []
        finished = len(self.trials) >= TRIALS and not next_trials
        return v1.TellResponse(receipts=receipts, sequence=7, finished=finished, next_trials=next_trials)

    def _ReviseTrial(self, request):
        trial = self.trials[request.trial_id]
        if trial.state == trial_pb2.TRIAL_STATE_PENDING:
            raise StatusError(failure("FAILED_PRECONDITION", "nothing to revise", "TRIAL_NOT_TOLD"))
        if not trial.HasField("revision"):
            for name, value in trial.observation.outcomes.items():
                trial.revision.told_outcomes[name].CopyFrom(value)
            trial.revision.tell_sequence = trial.sequence
        trial.observation.ClearField("outcomes")
        for name, value in request.outcomes.items():
            trial.observation.outcomes[name].CopyFrom(value)
        trial.state = trial_pb2.TRIAL_STATE_TOLD if request.outcomes else trial_pb2.TRIAL_STATE_RETRACTED
        trial.revision.count += 1
        trial.revision.reason = request.reason
        trial.revision.revise_time.GetCurrentTime()
        return v1.ReviseTrialResponse(trial=trial, sequence=8)

    def _Query(self, request):
        if not self.can_model:
            raise StatusError(failure("FAILED_PRECONDITION", "nothing told", "NOTHING_TO_MODEL"))
        response = v1.QueryResponse(sequence=7, observation_count=5, model="gp")
        if request.WhichOneof("query") == "prediction":
            for stimulus in request.prediction.stimuli:
                response.prediction.responses.append(self._estimate(stimulus.values["contrast"].number_value or 0.1))
        elif request.WhichOneof("query") == "just_noticeable_difference":
            for _ in request.just_noticeable_difference.stimuli:
                response.prediction.responses.append(trial_pb2.Estimate(mean=0.1, variance=1e-4, lower=0.08, upper=0.2))
        elif request.WhichOneof("query") in ("level_set_probability", "acquisition"):
            stimuli = getattr(request, request.WhichOneof("query")).stimuli
            response.values.values.extend(stimulus.values["contrast"].number_value for stimulus in stimuli)
        elif request.WhichOneof("query") == "samples":
            for draw in range(request.samples.count):
                response.samples.draws.add().values.extend(draw / 10 for _ in request.samples.stimuli)
        elif request.WhichOneof("query") == "threshold_contour":
            contour = response.threshold_contour
            contour.parameter, contour.target = request.threshold_contour.parameter or "contrast", 0.74
            for context in request.threshold_contour.contexts or [trial_pb2.Stimulus()]:
                contour.points.append(
                    query_pb2.ThresholdPoint(
                        context=context,
                        threshold=trial_pb2.Estimate(mean=0.11, variance=1e-4, lower=0.08, upper=0.2),
                        median=0.1,
                        crossing_probability=self.crossing_probability(len(contour.points)),
                    )
                )
        else:
            response.point.stimulus.CopyFrom(self._new_trial(1).stimuli[0])
            response.point.response.CopyFrom(self._estimate(0.1))
        return response

    @staticmethod
    def _estimate(contrast: float):
        p = 0.5 + 0.48 / (1 + (0.1 / max(contrast, 1e-6)) ** 2)
        assert math.isfinite(p)
        return trial_pb2.Estimate(mean=p, variance=0.01, lower=p - 0.1, upper=p + 0.02)

    def _FinishStrategy(self, _request):
        return v1.FinishStrategyResponse(experiment=self._experiment())

    def _FinishExperiment(self, _request):
        experiment = self._experiment()
        experiment.state = experiment_pb2.EXPERIMENT_STATE_FINISHED
        return v1.FinishExperimentResponse(experiment=experiment)

    def _GetServerInfo(self, _request):
        info = v1.GetServerInfoResponse(version="9.9")
        info.limits.max_trials_per_ask = 100
        model = info.models.add(name="gp", summary="a model", outcome_kinds=["binary"])
        model.options.add(name="width", type="number").default_value.number_value = 2
        return info


def _door(method: str):
    def handle(self, request, context):
        self.metadata.append(dict(context.invocation_metadata()))
        try:
            return self.answer(method, request)
        except StatusError as error:
            if error.status.details:
                context.abort_with_status(rpc_status.to_status(error.status))
            context.abort(next(c for c in grpc.StatusCode if c.value[0] == error.status.code), error.status.message)

    return handle


for _method in ("Setup", "Ask", "Tell", "Query", "GetExperiment", "ListExperiments", "ListTrials", "GetServerInfo"):
    setattr(FakeServicer, _method, _door(_method))
FakeServicer.ReviseTrial = _door("ReviseTrial")
FakeServicer.FinishStrategy = _door("FinishStrategy")
FakeServicer.FinishExperiment = _door("FinishExperiment")


class FakeTransport:
    """Carries calls to a fake servicer without gRPC."""

    def __init__(self, servicer: FakeServicer) -> None:
        self.servicer = servicer
        self.timeouts: list[float | None] = []
        self.closed = False

    def unary(self, method, request, timeout):
        self.timeouts.append(timeout)
        return self.servicer.answer(method, request)

    def close(self) -> None:
        self.closed = True


class AsyncFakeTransport(FakeTransport):
    """The same for event loops."""

    async def unary(self, method, request, timeout):
        return FakeTransport.unary(self, method, request, timeout)

    async def close(self) -> None:
        self.closed = True
