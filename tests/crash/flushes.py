"""Losing power can't be tried; whether an acknowledged call was flushed to disk can."""

from google.protobuf.message import Message

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.judge import Verdict
from crash.sabotage import note_commits
from crash.studies import observation, sobol_study

FLUSHED, LEFT_TO_THE_SYSTEM = ["2"], ["1"]
"""SQLite's `synchronous` at the commits of a call: FULL flushes the write-ahead log to disk, NORMAL does not."""


def run(arena: Arena) -> Verdict:
    """Look at the commits of each call: one, and flushed; an Ask's is not, for the next Tell's flush takes it along."""
    server, wrong = arena.server(note_commits.__name__), []
    server.start()
    with arena.caller() as caller:

        def send(method: str, request: Message, wanted: list[str]):
            arena.control.write_text("")
            response = caller.send(method, request)
            seen = arena.control.read_text().split()
            if seen != wanted:
                wrong.append(f"{method} committed with synchronous={seen}, not {wanted}")
            return response

        setup = v1.SetupRequest(request_id="s", config=sobol_study())
        experiment_id = send("Setup", setup, FLUSHED).experiment_id
        for number in range(arena.runs):
            ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"ask-{number}")
            trial = send("Ask", ask, LEFT_TO_THE_SYSTEM).trials[0]
            tell = v1.TellRequest(experiment_id=experiment_id, observations=[observation(1, trial_id=trial.trial_id)])
            send("Tell", tell, FLUSHED)
            send("Tell", tell, [])  # known already
            arena.advance()
        finish = v1.FinishExperimentRequest(experiment_id=experiment_id, request_id="f")
        send("FinishExperiment", finish, FLUSHED)
        verdict = arena.judge(caller.journal)
    verdict.wrong += wrong
    return verdict
