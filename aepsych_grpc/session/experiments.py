"""All experiments of a store: set up, and opened when they are needed."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import aepsych_grpc
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupAnswer, SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import Event, ExperimentCreated, Kind
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.population import Population
from aepsych_grpc.session.projection import Projection
from aepsych_grpc.session.teachers import Teachers, find_teachers
from aepsych_grpc.session.warm_start import WarmStart, find_warm_start
from aepsych_grpc.session.watching import Watcher, Watching
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import DuplicateRequest, StoreUnavailable, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore

MOST_OPEN = 256
"""Experiments kept in memory; the one unused for longest is let go and rebuilt from its log on its next call."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 12
"""60 random bits: short enough to type, and a million experiments collide with probability 4e-7."""


def new_experiment_id() -> str:
    """Make the id of an experiment."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def is_experiment_id(text: str) -> bool:
    """Whether a text looks like an experiment's id."""
    return len(text) == _ID_LENGTH and set(text) <= set(_ALPHABET)


class Experiments:
    """The experiments of a store. May be called from any thread."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._workshop = Workshop()
        self._population = Population(store, self._workshop)
        self._watching = Watching(store)
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Experiment] = OrderedDict()

    def check(self, call: SetupCall) -> SetupAnswer:
        """Check that every part can be built with its options, and that what is to be learned from can be.

        Returns:
            The answer to expect, without an id and without what earlier experiments would teach.

        Raises:
            ServiceError: As `find_teachers` and `find_warm_start`.
            InvalidConfigError: A part can't be built with its options.
            StoreUnavailable: The database can't be read.
        """
        teachers, warm_start = self._check(call)
        warnings = (*teachers.warnings, *warm_start.warnings)
        created = ExperimentCreated(config=call.config, prior_warnings=warnings)
        return _answer("", created, len(warm_start.carried), duplicate=False)

    def _check(self, call: SetupCall) -> tuple[Teachers, WarmStart]:
        assembly = assemble(call.config, self._workshop)
        teachers = find_teachers(self.store, call.config, call.prior_from)
        warm_start = find_warm_start(self.store, call.config, call.warm_start_from)
        for carried in warm_start.carried:
            for training in assembly.training.values():
                training.check(carried.stimuli)
        return teachers, warm_start

    def setup(self, call: SetupCall) -> SetupAnswer:
        """Set up an experiment.

        Raises:
            ServiceError: REQUEST_ID_REUSED, STORE_UNAVAILABLE, DEADLINE_EXCEEDED while it is learned from earlier
                experiments, and as `find_teachers` and `find_warm_start`.
            InvalidConfigError: A part can't be built with its options.
            StoreUnavailable: The database can't be read.
        """
        request_id = call.request.request_id
        if request_id and (earlier := self.store.find_setup(request_id)):
            return self._earlier(earlier.experiment_id, call)
        config = call.config
        teachers, warm_start = self._check(call)
        timeout = None if call.deadline is None else max(call.deadline - time.monotonic(), 0.0)
        learned_priors = self._population.learned_in_time(config, teachers.found, timeout)
        if config.seed is None:
            config = replace(config, seed=secrets.randbelow(2**31))
        experiment_id = new_experiment_id()
        created = ExperimentCreated(
            config=config,
            participant_id=call.participant_id,
            labels=call.labels,
            warm_start_from=call.warm_start_from,
            server_version=aepsych_grpc.__version__,
            learned_priors=learned_priors,
            prior_warnings=(*teachers.warnings, *warm_start.warnings),
            request=call.request,
        )
        now = datetime.now(UTC)
        kinds: list[Kind] = [created, *warm_start.carried]
        projection = Projection()
        try:
            self.store.create_experiment(
                experiment_id=experiment_id,
                events=[projection.recorded(Event(sequence, now, kind)) for sequence, kind in enumerate(kinds, 1)],
                name=config.name,
                participant_id=call.participant_id,
                labels=call.labels,
                setup_request_id=request_id or None,
                setup_digest=call.request.content_digest,
            )
        except DuplicateRequest as duplicate:
            return self._earlier(duplicate.experiment_id, call)
        except StoreUnavailable as error:
            raise ServiceError(Reason.STORE_UNAVAILABLE, f"{error} {error.consequence}") from error
        return _answer(experiment_id, created, len(warm_start.carried), duplicate=False)

    def created(self, experiment_id: str) -> ExperimentCreated:
        """Return how an experiment was set up, without reading the rest of its log.

        Raises:
            ServiceError: EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE.
        """
        with _found(experiment_id):
            (first,) = self.store.events(experiment_id, most=1)
        created = decode(first.payload).kind
        if not isinstance(created, ExperimentCreated):
            raise TypeError(f"The log of experiment {experiment_id} begins with {type(created).__name__}.")
        return created

    def _earlier(self, experiment_id: str, call: SetupCall) -> SetupAnswer:
        created = self.created(experiment_id)
        if created.request.content_digest != call.request.content_digest:
            raise ServiceError(
                Reason.REQUEST_ID_REUSED,
                f'The request_id "{call.request.request_id}" has set up another experiment; nothing was recorded. '
                "Re-send the same content, or use a new id.",
                metadata={"experiment_id": experiment_id},
            )
        carried_over_count = self.store.get(experiment_id).counts.get("observation_carried_over", 0)
        return _answer(experiment_id, created, carried_over_count, duplicate=True)

    def open(self, experiment_id: str) -> Experiment:
        """Return an experiment, rebuilt from its log if it is not in memory.

        Raises:
            ServiceError: EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE.
        """
        with self._lock:
            experiment = self._open.get(experiment_id)
            if experiment is not None:
                self._open.move_to_end(experiment_id)
                return experiment
        with _found(experiment_id):
            experiment = Experiment(
                experiment_id, self.store, self._workshop, self._population.anticipate, self._watching.recorded
            )
        with self._lock:
            experiment = self._open.setdefault(experiment_id, experiment)
            self._open.move_to_end(experiment_id)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return experiment

    def log(self, experiment_id: str) -> list[Event]:
        """Read the log of an experiment, whether it is open or not.

        Raises:
            ServiceError: EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE.
        """
        with _found(experiment_id):
            return [decode(one.payload) for one in self.store.events(experiment_id)]

    @contextmanager
    def watcher(self, experiment_id: str, after_sequence: int) -> Iterator[Watcher]:
        """Watch an experiment for the length of the block, whether it is open or not.

        Raises:
            ServiceError: As `Watching.watcher`, and EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE.
        """
        with _found(experiment_id), self._watching.watcher(experiment_id, after_sequence) as watcher:
            yield watcher

    def stop_watching(self) -> None:
        """End all who watch, and let no more in."""
        self._watching.close()

    def close(self) -> bool:
        """Stop what nobody waits for, close the store, and return whether every computation has come to its end."""
        self.stop_watching()
        done = self._population.close()
        self._workshop.close()
        self.store.close()
        return done


@contextmanager
def _found(experiment_id: str) -> Iterator[None]:
    """Say which experiment there isn't.

    Raises:
        ServiceError: EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE.
    """
    try:
        yield
    except UnknownExperiment:
        raise ServiceError(
            Reason.EXPERIMENT_NOT_FOUND,
            f'There is no experiment "{experiment_id}". ListExperiments names those that there are.',
            metadata={"experiment_id": experiment_id},
        ) from None
    except StoreUnavailable as error:
        raise ServiceError(Reason.STORE_UNAVAILABLE, str(error)) from error


def _answer(experiment_id: str, created: ExperimentCreated, carried_over_count: int, *, duplicate: bool) -> SetupAnswer:
    return SetupAnswer(
        experiment_id=experiment_id,
        config=created.config,
        learned_priors=created.learned_priors,
        prior_warnings=created.prior_warnings,
        carried_over_count=carried_over_count,
        duplicate=duplicate,
    )
