"""SIGKILL at each step of a call, then the same call again: recorded exactly once."""

from dataclasses import dataclass

from google.protobuf.message import Message

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.caller import Caller
from crash.journal import is_duplicate
from crash.judge import Verdict
from crash.sabotage import AFTER_COMMIT, AFTER_FIT, BEFORE_REPLY, WHOLE_CALL, die_at_a_point
from crash.studies import model_study, observation, sobol_study, unasked


@dataclass(frozen=True, slots=True)
class Case:
    """A call, the point at which the server dies in it, and whether it is on record by then."""

    name: str
    point: str
    recorded: bool
    passes: int = 1


def cases() -> list[Case]:
    """Return every call with every point that it passes."""
    names = ("Setup", "Ask", "Tell", "TellAndAsk", "FinishStrategy", "FinishExperiment")
    every = [Case(name, point, point in (AFTER_COMMIT, BEFORE_REPLY)) for name in names for point in WHOLE_CALL]
    # The Ask within a Tell: the response is on record at each of its points.
    every += [Case("TellAndAsk", point, True, passes=2) for point in WHOLE_CALL if point != BEFORE_REPLY]
    every += [Case("AskTheModel", point, point in (AFTER_COMMIT, BEFORE_REPLY)) for point in (AFTER_FIT, *WHOLE_CALL)]
    return every


def run(arena: Arena) -> Verdict:
    """Go through all cases once, however often the fault is to strike."""
    server, verdict = arena.server(die_at_a_point.__name__), Verdict()
    server.start()
    with arena.caller() as caller:
        for number, case in enumerate(cases()):
            method, request = _prepared(case.name, f"case-{number}", caller)
            arena.control.write_text("\n".join([case.point] * case.passes))
            caller.fail(method, request)
            server.wait()
            arena.control.unlink()
            server.start()
            response = caller.send(method, request)
            if is_duplicate(response) != case.recorded:
                verdict.wrong.append(f"{case} was recorded: {is_duplicate(response)}")
            arena.advance()
        judged = arena.judge(caller.journal)
    judged.wrong += verdict.wrong
    recorded = sum(case.recorded for case in cases())
    judged.remarks.append(f"{recorded} of the calls were on record when the server died, and recognised")
    return judged


def _prepared(name: str, ids: str, caller: Caller) -> tuple[str, Message]:
    """Bring an experiment to where a call can be made, and return the call."""
    model = name == "AskTheModel"
    setup = v1.SetupRequest(request_id=ids, config=model_study() if model else sobol_study())
    if name == "Setup":
        return name, setup
    experiment_id = caller.send("Setup", setup).experiment_id
    ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"{ids}-ask")
    finish_strategy = v1.FinishStrategyRequest(experiment_id=experiment_id, request_id=f"{ids}-finish")
    if model:
        observations = [unasked(i % 2, f"{ids}-{i}", i / 6, 0.5) for i in range(6)]
        caller.send("Tell", v1.TellRequest(experiment_id=experiment_id, observations=observations))
        caller.send("FinishStrategy", finish_strategy)
        ask.compute_budget.seconds = 20
    if name == "FinishStrategy":
        return name, finish_strategy
    if name == "FinishExperiment":
        return name, v1.FinishExperimentRequest(experiment_id=experiment_id, request_id=f"{ids}-finish")
    if name.startswith("Ask"):
        return "Ask", ask
    trial = caller.send("Ask", ask).trials[0]
    tell = v1.TellRequest(
        experiment_id=experiment_id, observations=[observation(1, trial_id=trial.trial_id, observation_id=ids)]
    )
    if name == "TellAndAsk":
        tell.ask_next.SetInParent()
    return "Tell", tell
