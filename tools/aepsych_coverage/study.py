"""The study in which every row is tried, and a simulated participant for it, whatever its parameters and outcomes."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from aepsych_grpc.bench.observers import (
    BinaryObserver,
    ChoiceObserver,
    ContinuousObserver,
    OrdinalObserver,
    ProportionObserver,
)
from aepsych_grpc.v1.config_pb2 import ExperimentConfig, Outcome, Parameter

PARAMETERS = (
    {"name": "contrast", "continuous": {"lower_bound": 0.002, "upper_bound": 1, "log_scale": True}},
    {"name": "frequency", "continuous": {"lower_bound": 0.5, "upper_bound": 16, "log_scale": True}},
)
INITIAL_TRIALS, TRIALS = 10, 30
OF_A_STRATEGY = ("generator", "model", "acquisition", "stopping", "keep_most_recent")
INITIAL, TRIED, REST = "initialization", "tried", "rest"


def study(fragment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the config that a row's fragment stands for.

    Fields of a strategy go into the one that is tried, after 10 Sobol trials. A parameter joins the others, or
    replaces the one of its name. Whatever the tried strategy leaves of the 30 trials, one that never ends asks.
    """
    own = {name: value for name, value in fragment.items() if name in OF_A_STRATEGY}
    fields = {name: value for name, value in fragment.items() if name not in OF_A_STRATEGY}
    parameters = {item["name"]: item for item in (*PARAMETERS, *fields.pop("parameters", ()))}
    tried = {"name": TRIED, "stopping": {"min_asks": TRIALS - INITIAL_TRIALS}, **own}
    if not {"generator", "model", "acquisition"} & own.keys():
        tried["generator"] = {"name": "optimize_acquisition"}
    rest = {"name": REST, "generator": {"name": "sobol"}, "stopping": {"run_indefinitely": True}}
    if "model" in own:
        rest["model"] = own["model"]
    elif fields.get("stimuli_per_trial", 1) == 1 or any("choice" in item for item in fields.get("outcomes", ())):
        rest["generator"] = {"name": "optimize_acquisition"}
    initial = {"name": INITIAL, "generator": {"name": "sobol"}, "stopping": {"min_asks": INITIAL_TRIALS}}
    return {
        "parameters": list(parameters.values()),
        "intensity_parameter": "contrast",
        "seed": 1,
        **fields,
        "strategies": [initial, *fields.get("strategies", [tried]), rest],
    }


class Participant:
    """Responds to trials of a study; the latent field rises with the contrast and depends a little on all else."""

    def __init__(self, config: ExperimentConfig) -> None:
        self._parameters = tuple(config.parameters)
        self._observers = {item.name: self._observer(item) for item in config.outcomes}
        self._rng = random.Random(1)

    def respond(self, stimuli: Sequence[Mapping[str, Any]]) -> dict[str, float]:
        """Return a response for each outcome."""
        return {
            name: observer.respond(stimuli, self._rng)
            if isinstance(observer, ChoiceObserver)
            else observer.respond(stimuli[0], self._rng)
            for name, observer in self._observers.items()
        }

    def _field(self, stimulus: Mapping[str, Any]) -> float:
        shares = {item.name: _share(item, stimulus[item.name]) for item in self._parameters}
        return 6 * (shares.pop("contrast") - 0.5) + sum(0.5 * math.sin(4 * share) for share in shares.values())

    def _observer(
        self, item: Outcome
    ) -> BinaryObserver | OrdinalObserver | ContinuousObserver | ChoiceObserver | ProportionObserver:
        match item.WhichOneof("kind"):
            case "binary":
                guess_rate, lapse_rate = item.binary.guess_rate, item.binary.lapse_rate
                return BinaryObserver(field=self._field, guess_rate=guess_rate, lapse_rate=lapse_rate)
            case "ordinal":
                cuts = [k - item.ordinal.levels / 2 for k in range(1, item.ordinal.levels)]
                return OrdinalObserver(field=self._field, cuts=cuts)
            case "continuous":
                return ContinuousObserver(field=self._field, noise=0.5)
            case "proportion":
                each = BinaryObserver(
                    field=self._field, guess_rate=item.proportion.guess_rate, lapse_rate=item.proportion.lapse_rate
                )
                return ProportionObserver(each=each, trials=item.proportion.trials)
            case "choice":
                return ChoiceObserver(field=self._field)
            case kind:
                raise ValueError(f"There is no simulated observer for {kind} outcomes; add one.")


def _share(item: Parameter, value: Any) -> float:
    """Return where in its range a value lies, from 0 to 1."""
    match item.WhichOneof("kind"):
        case "continuous" | "integer" as kind:
            bounds = getattr(item, kind)
            scale = math.log if bounds.log_scale else float
            low, high = scale(bounds.lower_bound), scale(bounds.upper_bound)
            return (scale(value) - low) / (high - low)
        case "discrete":
            values = list(item.discrete.values)
            return values.index(value) / (len(values) - 1)
        case "categorical":
            choices = list(item.categorical.choices)
            return choices.index(value) / (len(choices) - 1)
        case "binary":
            return float(value)
    return 0.0
