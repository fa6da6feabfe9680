from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.outcome import Binary, Outcome
from aepsych_grpc.config.parameter import Categorical, Continuous, Parameter
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE

LEVEL = Parameter(name="level", unit="dB", kind=Continuous(lower_bound=0, upper_bound=40))
EAR = Parameter(name="ear", kind=Categorical(choices=("left", "right")))
PITCH = Parameter(name="pitch", unit="Hz", kind=Continuous(lower_bound=100, upper_bound=8000, log_scale=True))
HEARD = Outcome(name="heard", kind=Binary(guess_rate=0.5, lapse_rate=0.02, target=0.75))


def study(**changes) -> ExperimentConfig:
    config = {
        "name": "audiogram",
        "parameters": (LEVEL, EAR, PITCH),
        "outcomes": (HEARD,),
        "strategies": (
            Strategy(name="start", generator=Component(name="sobol"), stopping=Stopping(min_asks=10)),
            Strategy(
                name="adaptive",
                generator=Component(name="optimize_acquisition"),
                model=Component(name="gp_classification"),
                stopping=Stopping(min_asks=10),
            ),
        ),
        "intensity_parameter": "level",
    }
    return from_proto(to_proto(ExperimentConfig(**{**config, **changes})), CATALOGUE)
