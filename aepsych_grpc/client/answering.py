"""What experiments can be asked about a participant, as they are and as they were."""

from aepsych_grpc.client import plots, queries
from aepsych_grpc.client.call import awaitable, blocking
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.transport import AsyncTransport, Transport
from aepsych_grpc.v1.config_pb2 import ExperimentConfig


class Known:
    """What is known of an experiment without asking the server."""

    _subject: Handle

    @property
    def experiment_id(self) -> str:
        """Id for all further calls; `Client.experiment` finds the experiment by it."""
        return self._subject.experiment_id

    @property
    def config(self) -> ExperimentConfig:
        """The config as the server understands it, with every default filled in."""
        return self._subject.config

    @property
    def participant_id(self) -> str:
        """Who takes part."""
        return self._subject.participant_id

    @property
    def warnings(self) -> tuple[str, ...]:
        """Remarks on the config that do not keep it from running."""
        return self._subject.warnings

    @property
    def learned_from(self) -> tuple[str, ...]:
        """Ids of the earlier experiments that have taught the prior of its hyperparameters."""
        return self._subject.learned_from

    @property
    def warm_started_from(self) -> tuple[str, ...]:
        """Ids of the earlier experiments whose responses were carried over."""
        return self._subject.warm_started_from

    def __repr__(self) -> str:
        known = {
            "experiment_id": self.experiment_id,
            "name": self.config.name,
            "participant_id": self.participant_id,
        }
        shown = " ".join(f"{key}={value!r}" for key, value in known.items() if value)
        return f"<{type(self).__name__} {shown} at {self._subject.connection.target}>"


class Answering(Known):
    """Answers questions about the participant."""

    def __init__(self, handle: Handle, transport: Transport) -> None:
        self._subject = handle
        self._transport = transport

    maximum = blocking(queries.maximum)
    minimum = blocking(queries.minimum)
    inverse = blocking(queries.inverse)
    predict = blocking(queries.predict)
    level_set_probability = blocking(queries.level_set_probability)
    just_noticeable_difference = blocking(queries.just_noticeable_difference)
    samples = blocking(queries.samples)
    acquisition = blocking(queries.acquisition)
    threshold = blocking(queries.threshold)
    plot = blocking(plots.plot)
    plot_threshold = blocking(plots.plot_threshold)
    plot_overview = blocking(plots.plot_overview)


class AsyncAnswering(Known):
    """Answers questions about the participant, for event loops."""

    def __init__(self, handle: Handle, transport: AsyncTransport) -> None:
        self._subject = handle
        self._transport = transport

    maximum = awaitable(queries.maximum)
    minimum = awaitable(queries.minimum)
    inverse = awaitable(queries.inverse)
    predict = awaitable(queries.predict)
    level_set_probability = awaitable(queries.level_set_probability)
    just_noticeable_difference = awaitable(queries.just_noticeable_difference)
    samples = awaitable(queries.samples)
    acquisition = awaitable(queries.acquisition)
    threshold = awaitable(queries.threshold)
    plot = awaitable(plots.plot)
    plot_threshold = awaitable(plots.plot_threshold)
    plot_overview = awaitable(plots.plot_overview)
