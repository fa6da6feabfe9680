"""What a fitted model expects of trials."""

from collections.abc import Sequence

import torch

from aepsych_grpc.core.queries.estimate import Estimate, Scale
from aepsych_grpc.core.queries.prediction import predict
from aepsych_grpc.session.event import Stimulus
from aepsych_grpc.session.fitted import Fitted, numbers


def expected_responses(fitted: Fitted, trials: Sequence[tuple[Stimulus, ...]], level: float) -> tuple[Estimate, ...]:
    """Return the expected response to each trial's stimuli, with a credible interval of the level in (0, 1).

    Of a choice between two stimuli it is the probability that the second is chosen, by the belief that trials are
    chosen by.

    Raises:
        ServiceError: INTERNAL_FAULT when the model's numbers fail.
    """
    if not trials:
        return ()
    with numbers(fitted.model_name, fitted.observation_count):
        X = torch.stack([fitted.space.encode(stimuli).reshape(-1) for stimuli in trials])
        beliefs = fitted.readout if len(trials[0]) == 1 else (fitted.belief(),)
        return predict(beliefs, fitted.response, X, scale=Scale.PROBABILITY, level=level)
