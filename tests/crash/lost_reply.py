"""A reply that is lost on the way after the call was recorded: sent again, it gets that very reply."""

import threading
import time
from contextlib import closing

from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.caller import Caller
from crash.journal import Journal, is_duplicate
from crash.judge import Verdict
from crash.proxy import Proxy
from crash.studies import observation, sobol_study

RECORDED_WITHIN = 20.0
"""Seconds within which the server has recorded what was sent to it."""


def run(arena: Arena) -> Verdict:
    """Lose the replies to an Ask and to a Tell in turn."""
    server = arena.server()
    server.start()
    not_recognised = []
    with closing(Proxy(server.port)) as proxy, closing(open_store(arena.database)) as store:
        caller = Caller([proxy.target], Journal(), arena.rng)
        experiment_id = caller.send("Setup", v1.SetupRequest(request_id="s", config=sobol_study())).experiment_id

        def lose_the_reply(method, request) -> None:
            before = store.get(experiment_id).sequence
            proxy.mute = True
            errors = []
            sending = threading.Thread(target=lambda: errors.append(caller.fail(method, request)))
            sending.start()
            end = time.monotonic() + RECORDED_WITHIN
            while store.get(experiment_id).sequence == before and time.monotonic() < end:
                time.sleep(0.001)
            time.sleep(0.01)  # for the reply to leave the server
            proxy.cut()
            sending.join()
            proxy.mute = False

        for number in range(arena.runs):
            ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"ask-{number}")
            if number % 2 == 0:
                lose_the_reply("Ask", ask)
            trial = caller.send("Ask", ask).trials[0]
            tell = v1.TellRequest(
                experiment_id=experiment_id, observations=[observation(number % 2, trial_id=trial.trial_id)]
            )
            if number % 2:
                lose_the_reply("Tell", tell)
            caller.send("Tell", tell)
            lost = caller.journal.calls[-1 if number % 2 else -2]
            if not is_duplicate(lost.response):
                not_recognised.append(f"{lost.method} {number} was taken for a new call")
            arena.advance()
        caller.close()
        verdict = arena.judge(caller.journal)
    verdict.wrong += not_recognised
    return verdict
