"""An experiment to run, and how to run it."""

from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.outcome import Binary, Outcome
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.session.call import AskCall, GivenObservation, SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments

MODEL = next(name for name, entry in CATALOGUE.models.items() if "binary" in entry.outcome_kinds)
OPTIMIZER = next(name for name, entry in CATALOGUE.generators.items() if entry.needs_model)
ACQUISITION = next(iter(CATALOGUE.acquisitions))


def make_config(sobol: int = 3, model: int = 4, **changes) -> ExperimentConfig:
    config = ExperimentConfig(
        name="detection",
        parameters=(
            Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1.0, log_scale=True)),
            Parameter(name="frequency", kind=Continuous(lower_bound=0.5, upper_bound=16.0)),
        ),
        outcomes=(Outcome(name="seen", kind=Binary(guess_rate=0.5, lapse_rate=0.02, target=0.74)),),
        strategies=(
            Strategy(name="start", generator=Component(name="sobol"), stopping=Stopping(min_asks=sobol)),
            Strategy(
                name="adaptive",
                generator=Component(name=OPTIMIZER),
                model=Component(name=MODEL),
                acquisition=Component(name=ACQUISITION),
                stopping=Stopping(min_asks=model),
            ),
        ),
        seed=7,
        **changes,
    )
    return from_proto(to_proto(config), CATALOGUE)


def ask_call(request_id: str = "", **fields) -> AskCall:
    digest = repr(sorted(fields.items())).encode()
    return AskCall(request=RequestIdentity(request_id=request_id, content_digest=digest), **fields)


def given(trial_id: int = 0, seen: object = 1, **fields) -> GivenObservation:
    outcomes = fields.pop("outcomes", {"seen": seen})
    digest = repr((trial_id, outcomes, sorted(fields.items()))).encode()
    return GivenObservation(trial_id=trial_id, outcomes=outcomes, content_digest=digest, **fields)


def set_up(experiments: Experiments, **changes) -> Experiment:
    answer = experiments.setup(SetupCall(config=make_config(**changes)))
    return experiments.open(answer.experiment_id)


def run(experiment: Experiment, count: int) -> list[dict]:
    """Ask and tell, with responses that depend on the stimulus alone; return the stimuli."""
    shown = []
    for _ in range(count):
        (trial,) = experiment.ask(ask_call()).trials
        shown.append(trial.stimuli[0])
        experiment.tell([given(trial.trial_id, int(trial.stimuli[0]["contrast"] > 0.1))])
    return shown
