"""A clock that is set back."""

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.caller import Caller
from crash.judge import Verdict, read_logs
from crash.sabotage import set_the_clock_back
from crash.studies import observation, sobol_study

PAGE = 3
TRIALS = 3


def run(arena: Arena) -> Verdict:
    """Set up and run experiments while each reading of the clock is earlier than the one before.

    Events keep their order, which is that of their sequences; and whoever pages through the list of experiments finds
    each of those that there were once, whatever is set up meanwhile.
    """
    server, wrong = arena.server(set_the_clock_back.__name__), []
    server.start()
    with arena.caller() as caller:
        for number in range(arena.runs):
            _run_experiment(caller, f"before-{number}")
            wrong += _wrong_pages(caller, number)
            if arena.rng.random() < 0.2:
                server.kill()
                server.start()
            arena.advance()
        verdict = arena.judge(caller.journal)
    back = sum(
        later.time < earlier.time
        for log in read_logs(arena.database).values()
        for earlier, later in zip(log.events, log.events[1:], strict=False)
    )
    verdict.expect(back > 0, "the clock was not set back")
    verdict.wrong += wrong
    verdict.remarks.append(f"{back} events bear an earlier time than the one before them")
    return verdict


def _run_experiment(caller: Caller, request_id: str) -> str:
    setup = v1.SetupRequest(request_id=request_id, config=sobol_study())
    experiment_id = caller.send("Setup", setup).experiment_id
    for number in range(TRIALS):
        ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"ask-{number}")
        trial = caller.send("Ask", ask).trials[0]
        tell = v1.TellRequest(experiment_id=experiment_id, observations=[observation(1, trial_id=trial.trial_id)])
        caller.send("Tell", tell)
    return experiment_id


def _wrong_pages(caller: Caller, number: int) -> list[str]:
    """Page through the list of experiments, and set up another one after each page."""
    there = {call.response.experiment_id for call in caller.journal.calls if call.method == "Setup"}
    request, found = v1.ListExperimentsRequest(page_size=PAGE), []
    for page in range(len(there) + 1):
        response = caller.once("ListExperiments", request)
        found += [experiment.experiment_id for experiment in response.experiments]
        request.page_token = response.next_page_token
        if not request.page_token:
            break
        if page < PAGE:
            _run_experiment(caller, f"between-{number}-{page}")
    wrong = [f"{name} was listed {found.count(name)} times" for name in set(found) if found.count(name) > 1]
    return wrong + [f"{name} was not listed" for name in there - set(found)]
