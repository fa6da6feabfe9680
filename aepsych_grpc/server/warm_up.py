"""A small experiment run in memory, so that the first real trial does not pay for first use."""

import logging
import time

from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import query_pb2

log = logging.getLogger(__name__)

_RESPONSES = (0, 1, 0, 1)


def warm_up(catalogue: Catalogue) -> None:
    """Choose a trial and answer a query with the default model and acquisition function."""
    begin = time.perf_counter()
    store = open_store(":memory:")
    experiments = Experiments(store)
    try:
        _run(Servicer(store, experiments, catalogue))
    finally:
        experiments.close()
    log.debug("warmed up in %.1f s", time.perf_counter() - begin)


def _run(servicer: Servicer) -> None:
    setup = v1.SetupRequest(seed=0)
    setup.config.intensity_parameter = "intensity"
    for name in ("context", "intensity"):
        parameter = setup.config.parameters.add(name=name)
        parameter.continuous.lower_bound, parameter.continuous.upper_bound = 0.0, 1.0
    experiment_id = servicer.setup(setup).experiment_id
    tell = v1.TellRequest(experiment_id=experiment_id)
    for i, response in enumerate(_RESPONSES):
        observation = tell.observations.add(observation_id=str(i))
        observation.outcomes["response"].number_value = response
        stimulus = observation.stimuli.add()
        for name in ("context", "intensity"):
            stimulus.values[name].number_value = (i + 0.5) / len(_RESPONSES)
    servicer.tell(tell)
    servicer.finish_strategy(v1.FinishStrategyRequest(experiment_id=experiment_id))
    ask = v1.AskRequest(experiment_id=experiment_id)
    ask.compute_budget.seconds = 60
    servicer.ask(ask)
    servicer.query(v1.QueryRequest(experiment_id=experiment_id, maximum=query_pb2.MaximumQuery()))
