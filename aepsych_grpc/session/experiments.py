"""All experiments of a store: set up, and opened when they are needed."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime

import aepsych_grpc
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupAnswer, SetupCall
from aepsych_grpc.session.codec import decode, encode
from aepsych_grpc.session.event import Event, ExperimentCreated
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import DuplicateRequest, StoreUnavailable, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import NewEvent

MOST_OPEN = 256
"""Experiments kept in memory; the one unused for longest is let go and rebuilt from its log on its next call."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH = 12
"""60 random bits: short enough to type, and a million experiments collide with probability 4e-7."""


class Experiments:
    """The experiments of a store. May be called from any thread."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._workshop = Workshop()
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Experiment] = OrderedDict()

    def check(self, config: ExperimentConfig) -> None:
        """Check that every part can be built with its options. Raises InvalidConfigError."""
        assemble(config, self._workshop)

    def setup(self, call: SetupCall) -> SetupAnswer:
        """Set up an experiment.

        Raises:
            ServiceError: REQUEST_ID_REUSED, STORE_UNAVAILABLE.
            InvalidConfigError: A part can't be built with its options.
        """
        config = call.config
        self.check(config)
        if config.seed is None:
            config = replace(config, seed=secrets.randbelow(2**31))
        experiment_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        created = ExperimentCreated(
            config=config,
            participant_id=call.participant_id,
            labels=call.labels,
            server_version=aepsych_grpc.__version__,
            request=call.request,
        )
        now = datetime.now(UTC)
        kind, payload = encode(Event(1, now, created))
        try:
            self.store.create_experiment(
                experiment_id=experiment_id,
                events=[NewEvent(kind, now, payload)],
                name=config.name,
                participant_id=call.participant_id,
                labels=call.labels,
                setup_request_id=call.request.request_id or None,
                setup_digest=call.request.content_digest,
            )
        except DuplicateRequest as duplicate:
            return self._earlier(duplicate.experiment_id, call)
        except StoreUnavailable as error:
            raise ServiceError(Reason.STORE_UNAVAILABLE, f"{error} Nothing of this call was recorded.") from error
        return SetupAnswer(experiment_id=experiment_id, config=config)

    def _earlier(self, experiment_id: str, call: SetupCall) -> SetupAnswer:
        created = decode(self.store.events(experiment_id)[0].payload).kind
        if not isinstance(created, ExperimentCreated) or created.request.content_digest != call.request.content_digest:
            raise ServiceError(
                Reason.REQUEST_ID_REUSED,
                f'The request_id "{call.request.request_id}" has set up another experiment; nothing was recorded. '
                "Re-send the same content, or use a new id.",
                metadata={"experiment_id": experiment_id},
            )
        return SetupAnswer(experiment_id=experiment_id, config=created.config, duplicate=True)

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
        try:
            experiment = Experiment(experiment_id, self.store, self._workshop)
        except UnknownExperiment:
            raise ServiceError(
                Reason.EXPERIMENT_NOT_FOUND,
                f'There is no experiment "{experiment_id}". ListExperiments names those that there are.',
                metadata={"experiment_id": experiment_id},
            ) from None
        except StoreUnavailable as error:
            raise ServiceError(Reason.STORE_UNAVAILABLE, str(error)) from error
        with self._lock:
            experiment = self._open.setdefault(experiment_id, experiment)
            self._open.move_to_end(experiment_id)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return experiment

    def close(self) -> None:
        """Stop the fits that nobody waits for and close the store."""
        self._workshop.close()
        self.store.close()
