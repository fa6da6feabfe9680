"""ListExperiments and ListTrials, page by page."""

from datetime import datetime

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server import answers
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.page import make_token, page_size, read_token
from aepsych_grpc.server.query import trial_estimates
from aepsych_grpc.session.call import Trial
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import Cursor
from aepsych_grpc.v1 import experiment_service_pb2 as v1

DEFAULT_EXPERIMENTS = 50
"""Experiments in a page."""

DEFAULT_TRIALS = 1000
"""Trials in a page."""


def list_experiments(request: v1.ListExperimentsRequest, store: EventStore) -> v1.ListExperimentsResponse:
    """List the experiments that agree with all filters, newest first, from what the store has at a glance.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    checks = Checks()
    size = page_size(request.page_size, DEFAULT_EXPERIMENTS, checks)
    before = read_token(
        request.page_token, request, checks, lambda place: Cursor(datetime.fromisoformat(place[0]), str(place[1]))
    )
    checks.text("participant_id", request.participant_id)
    checks.text("name", request.name)
    labels = checks.labels("labels", request.labels)
    checks.done()
    page = store.list_experiments(
        page_size=size,
        participant_id=request.participant_id or None,
        name=request.name or None,
        labels=labels,
        before=before,
    )
    following = page.following
    return v1.ListExperimentsResponse(
        experiments=map(answers.summary_message, page.records),
        next_page_token=make_token([following.create_time.isoformat(), following.experiment_id], request)
        if following
        else "",
    )


def list_trials(request: v1.ListTrialsRequest, experiments: Experiments) -> v1.ListTrialsResponse:
    """List trials in order of their number.

    Every page reports the sequence of the first one, so that what changes between two pages is not missed by a caller
    that goes on from it with after_sequence.

    Raises:
        ServiceError: INVALID_REQUEST, EXPERIMENT_NOT_FOUND, NOTHING_TO_MODEL or NOT_SUPPORTED.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    size = page_size(request.page_size, DEFAULT_TRIALS, checks)
    checks.at_least("after_sequence", request.after_sequence, 0)
    place = read_token(request.page_token, request, checks, lambda place: (int(place[0]), int(place[1])))
    checks.done()
    after_trial, first_sequence = place or (0, None)
    experiment = experiments.open(request.experiment_id)
    changed, sequence = experiment.trials(request.after_sequence)
    sequence = sequence if first_sequence is None else first_sequence
    rest = sorted((trial for trial in changed if trial.trial_id > after_trial), key=lambda trial: trial.trial_id)
    page = rest[:size]
    response = v1.ListTrialsResponse(trials=answers.trial_messages(page), sequence=sequence)
    if len(rest) > size:
        response.next_page_token = make_token([page[-1].trial_id, sequence], request)
    if request.include_posterior and page:
        _add_posterior(response, page, experiment)
    return response


def _add_posterior(response: v1.ListTrialsResponse, trials: list[Trial], experiment: Experiment) -> None:
    if any(len(trial.stimuli) != 1 for trial in trials):
        raise ServiceError(
            Reason.NOT_SUPPORTED,
            "include_posterior: predictions for trials of several stimuli are not supported by this server.",
            metadata={"field": "include_posterior"},
        )
    estimates = trial_estimates(experiment.fitted(None, ""), [trial.stimuli[0] for trial in trials])
    for message, estimate in zip(response.trials, estimates, strict=True):
        message.posterior.CopyFrom(estimate)
