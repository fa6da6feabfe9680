"""Replay: an experiment worked out again from its log."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from dataclasses import dataclass
from datetime import datetime

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import whole
from aepsych_grpc.client.call import Connection
from aepsych_grpc.client.feed import Feed, messages
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.opening import experiment
from aepsych_grpc.client.trial import Trial, name_of, read_asked, read_time, read_trial
from aepsych_grpc.v1 import event_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedEvent:
    """An event of an experiment's log, with what stands in its place when it is worked out again.

    Attributes:
        sequence: Its position in the log, from 1.
        time: When it was recorded.
        kind: "experiment_created", "model_refitted", "trial_asked", "observation_told", "strategy_finished",
            "experiment_finished" or "trial_revised".
        agreement: "same" if what was worked out again is what is recorded, bit for bit; "different" if it isn't;
            "unspecified" where there was nothing to compare, or a clock had cut the search for a trial short.
        recorded: For a "trial_asked" the trial as it was asked.
        derived: For a "trial_asked" the trial as it is chosen again; None where nothing was, or none would be asked.
        recorded_refit: For a "model_refitted" the hyperparameters, in the model's own order and scale.
        derived_refit: For a "model_refitted" the hyperparameters as learned again, if that was wanted.
        event_count: Number of events in the log.
        event: The whole event, as the contract has it.
    """

    sequence: int
    time: datetime
    kind: str
    agreement: str
    recorded: Trial | None
    derived: Trial | None
    recorded_refit: tuple[float, ...]
    derived_refit: tuple[float, ...]
    event_count: int
    event: event_pb2.Event


def replay(
    handle: Handle, *, from_sequence: int = 1, skip_computations: bool = False, verify_refits: bool = False
) -> Feed[ReplayedEvent]:
    """Iterate over the log, working out every asked trial again; the experiment itself is left alone.

    Events come as they are worked out; who stops iterating stops the work. What a clock or luck had decided is taken
    from the log: refits, ends of strategies by a clock or a model, and which trials stand in for the model's choice.

        different = [event for event in experiment.replay() if event.agreement == "different"]

    Args:
        from_sequence: Begin with this event; nothing is worked out for what comes before.
        skip_computations: Work nothing out, only read the log.
        verify_refits: Also learn the hyperparameters of every refit again, which takes several times as long.

    Raises:
        LimitExceededError: The server has too many replays and exports at the same time.
    """
    request = v1.ReplayRequest(
        experiment_id=handle.experiment_id,
        from_sequence=whole("from_sequence", from_sequence),
        skip_computations=skip_computations,
        verify_refits=verify_refits,
    )
    yield from messages(handle.connection, rpc.REPLAY, request, _go_on, lambda response: _read(response, handle))


def replay_experiment(
    connection: Connection,
    experiment_id: str,
    *,
    from_sequence: int = 1,
    skip_computations: bool = False,
    verify_refits: bool = False,
) -> Feed[ReplayedEvent]:
    """Iterate over an experiment's log, working out every asked trial again; the experiment itself is left alone.

    Args:
        experiment_id: The experiment.
        from_sequence: Begin with this event; nothing is worked out for what comes before.
        skip_computations: Work nothing out, only read the log.
        verify_refits: Also learn the hyperparameters of every refit again, which takes several times as long.

    Raises:
        ExperimentNotFoundError: There is no such experiment.
        LimitExceededError: The server has too many replays and exports at the same time.
    """
    handle = yield from experiment(connection, experiment_id)
    yield from replay(
        handle, from_sequence=from_sequence, skip_computations=skip_computations, verify_refits=verify_refits
    )


def _go_on(request: v1.ReplayRequest, response: v1.ReplayResponse) -> None:
    request.from_sequence = response.event.sequence + 1


def _read(response: v1.ReplayResponse, handle: Handle) -> ReplayedEvent:
    event = response.event
    return ReplayedEvent(
        sequence=event.sequence,
        time=read_time(event.time),
        kind=event.WhichOneof("kind") or "unknown",
        agreement=name_of(v1.ReplayAgreement, response.agreement, "REPLAY_AGREEMENT_"),
        recorded=read_asked(event, handle.config, handle.reader) if event.HasField("trial_asked") else None,
        derived=read_trial(response.derived_trial, handle.reader) if response.HasField("derived_trial") else None,
        recorded_refit=tuple(event.model_refitted.hyperparameters),
        derived_refit=tuple(response.derived_refit.hyperparameters),
        event_count=response.event_count,
        event=event,
    )
