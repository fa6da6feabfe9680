"""The experiments that are run: one that costs nothing to compute, and one with a model."""

from google.protobuf.struct_pb2 import Value

from aepsych_grpc.v1 import config_pb2, trial_pb2

PARAMETERS = ("contrast", "frequency")
OUTCOME = "response"


def sobol_study() -> config_pb2.ExperimentConfig:
    """Return a study of Sobol points alone."""
    study = config_pb2.ExperimentConfig(name="sobol", seed=1, intensity_parameter=PARAMETERS[0])
    for name in PARAMETERS:
        bounds = config_pb2.ContinuousParameter(lower_bound=0, upper_bound=1)
        study.parameters.add(name=name, continuous=bounds)
    _add_strategy(study, "sobol", 1000)
    return study


def model_study() -> config_pb2.ExperimentConfig:
    """Return a study that asks its model from the fifth trial on."""
    study = sobol_study()
    study.name = "model"
    study.strategies[0].stopping.min_asks = 4
    _add_strategy(study, "optimize_acquisition", 1000).model.name = "gp_classification"
    return study


def _add_strategy(study: config_pb2.ExperimentConfig, generator: str, asks: int) -> config_pb2.Strategy:
    strategy = study.strategies.add(name=generator)
    strategy.generator.name = generator
    strategy.stopping.min_asks = asks
    return strategy


def observation(outcome: int, *, trial_id: int = 0, observation_id: str = "") -> trial_pb2.Observation:
    """Return the response to an asked trial."""
    return trial_pb2.Observation(
        trial_id=trial_id, observation_id=observation_id, outcomes={OUTCOME: Value(number_value=outcome)}
    )


def unasked(outcome: int, observation_id: str, *values: float) -> trial_pb2.Observation:
    """Return the response to a stimulus of the participant's own choice."""
    told = observation(outcome, observation_id=observation_id)
    stimulus = told.stimuli.add()
    for name, value in zip(PARAMETERS, values, strict=True):
        stimulus.values[name].number_value = value
    return told
