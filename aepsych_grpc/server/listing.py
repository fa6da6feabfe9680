"""ListExperiments and ListTrials, page by page."""

import time
from datetime import datetime

from aepsych_grpc.server import answers
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.page import make_token, page_size, read_token
from aepsych_grpc.server.query_request import DEFAULT_CREDIBLE_LEVEL
from aepsych_grpc.session.expected import expected_responses
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


def list_trials(
    request: v1.ListTrialsRequest, experiments: Experiments, timeout: float | None
) -> v1.ListTrialsResponse:
    """List trials in order of their number.

    Every page reports the sequence of the first one, so that what changes between two pages is not missed by a caller
    that goes on from it with after_sequence.

    Raises:
        ServiceError: INVALID_REQUEST, EXPERIMENT_NOT_FOUND; from the model NOTHING_TO_MODEL, DEADLINE_EXCEEDED or
            INTERNAL_FAULT.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    size = page_size(request.page_size, DEFAULT_TRIALS, checks)
    checks.at_least("after_sequence", request.after_sequence, 0)
    place = read_token(request.page_token, request, checks, lambda place: (int(place[0]), int(place[1])))
    checks.done()
    after_trial, first_sequence = place or (0, None)
    experiment = experiments.open(request.experiment_id)
    found, sequence = experiment.trials(request.after_sequence, after_trial, size + 1)
    page = found[:size]
    first_sequence = sequence if first_sequence is None else first_sequence
    response = v1.ListTrialsResponse(trials=answers.trial_messages(page), sequence=first_sequence)
    if len(found) > size:
        response.next_page_token = make_token([page[-1].trial_id, first_sequence], request)
    if request.include_posterior and page:
        deadline = None if timeout is None else time.monotonic() + timeout
        fitted = experiment.fitted(None, "", deadline)
        expected = expected_responses(fitted, [trial.stimuli for trial in page], DEFAULT_CREDIBLE_LEVEL)
        for message, estimate in zip(response.trials, expected, strict=True):
            message.posterior.CopyFrom(answers.estimate_message(estimate))
    return response
