"""Many threads that tell the same, and one that tells otherwise."""

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.caller import Caller
from crash.judge import Verdict, read_logs
from crash.send_again import gist
from crash.studies import observation, sobol_study, unasked

THREADS = 50

CONNECTIONS = 5


def run(arena: Arena) -> Verdict:
    """Tell the same observation from 50 threads at once: one is recorded. Then tell it otherwise: refused."""
    server, wrong = arena.server(), []
    server.start()
    with arena.caller() as caller:
        setup = v1.SetupRequest(request_id="s", config=sobol_study())
        experiment_id = caller.send("Setup", setup).experiment_id
        callers = [Caller([server.target], caller.journal, arena.rng) for _ in range(CONNECTIONS)]
        for number in range(arena.runs):
            if number % 2:
                tell, otherwise = (unasked(outcome, f"o-{number}", 0.25, 0.75) for outcome in (1, 0))
            else:
                ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"ask-{number}")
                trial_id = caller.send("Ask", ask).trials[0].trial_id
                tell, otherwise = (
                    observation(outcome, trial_id=trial_id, observation_id=f"o-{number}") for outcome in (1, 0)
                )
            wrong += _tell_together(callers, v1.TellRequest(experiment_id=experiment_id, observations=[tell]))
            before = read_logs(arena.database)
            changed = v1.TellRequest(experiment_id=experiment_id, observations=[otherwise])
            code = caller.fail("Tell", changed).code()
            if code is not grpc.StatusCode.ALREADY_EXISTS:
                wrong.append(f"the same id with another outcome ended with {code.name}")
            if read_logs(arena.database) != before:
                wrong.append("the same id with another outcome was recorded")
            arena.advance()
        for one in callers:
            one.close()
        verdict = arena.judge(caller.journal)
    verdict.wrong += wrong
    return verdict


def _tell_together(callers: list[Caller], tell: v1.TellRequest) -> list[str]:
    barrier = threading.Barrier(THREADS)

    def send(thread: int) -> v1.TellResponse:
        barrier.wait()
        return callers[thread % CONNECTIONS].send("Tell", tell)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    new = sum(not answer.receipts[0].duplicate for answer in answers)
    wrong = [] if new == 1 else [f"{new} of {THREADS} equal Tells were taken for new ones"]
    if any(gist(answer) != gist(answers[0]) for answer in answers):
        wrong.append("equal Tells were answered otherwise")
    return wrong
