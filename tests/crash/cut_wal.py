"""A write-ahead log whose end is missing, as after a loss of power on a disk that lies about flushing.

The test itself destroys what was acknowledged and flushed, so that this much must hold, and no more: the database
opens; each log is what it was up to some event, whole and without gaps; and all that had been copied into the database
or stands before the cut is there. Then everything is sent again with the same ids, and is there as if nothing had
happened. Only what has not been copied into the database is cut: SQLite flushes the rest before it copies.
"""

import shutil
from pathlib import Path

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.arena import Arena
from crash.caller import Caller
from crash.judge import Log, Verdict, damage, gaps, read_logs
from crash.studies import observation, sobol_study, unasked
from crash.wal import WalIndex, end_of, read_index

CUTS = 4
"""For each kill."""

MOST_STEPS = 40
TOGETHER = 10
"""Responses in one Tell: the database is given a copy of the log after 256 events."""

Place = tuple[int, WalIndex]
"""Where a call was acknowledged: sequence of the latest event, and how far the log was."""


def run(arena: Arena) -> Verdict:
    """Kill, cut in several ways, and go on from the last of them."""
    server, database, wrong, lost = arena.server(), Path(arena.database), [], []
    with arena.caller() as caller:
        for number in range(-(-arena.runs // CUTS)):
            server.start()
            places = _experiment(caller, f"round-{number}", arena)
            experiment_id = caller.journal.calls[-1].request.experiment_id
            begun = len(caller.journal.calls) - len(places)
            index = read_index(database)
            server.kill()
            whole = read_logs(str(_copy(database, arena.folder / "whole.db")))
            for _ in range(min(CUTS, arena.runs - CUTS * number)):
                cut = _copy(database, arena.folder / "cut.db")
                kept = _cut(cut, index, places[0][1], arena)
                opened = str(_copy(cut, arena.folder / "opened.db"))  # closing it again changes its files
                found = read_logs(opened)
                wrong += _wrong(whole, found) + damage(opened)
                there = found[experiment_id].record.sequence
                lost += [f"event {n}, before the cut" for n, place in places if _safe(place, index, kept) and n > there]
                arena.advance()
            _copy(cut, database)
            server.start()
            for call in caller.journal.calls[begun:]:
                caller.send(call.method, call.request)
            server.terminate()  # copies all of the log into the database
        server.start()
        verdict = arena.judge(caller.journal)
    verdict.wrong += wrong
    verdict.lost += lost
    return verdict


def _experiment(caller: Caller, ids: str, arena: Arena) -> list[Place]:
    """Run an experiment, and return where each of its calls was acknowledged."""
    places: list[Place] = []

    def send(method, request):
        response = caller.send(method, request)
        places.append((getattr(response, "sequence", 1), read_index(Path(arena.database))))
        return response

    experiment_id = send("Setup", v1.SetupRequest(request_id=ids, config=sobol_study())).experiment_id
    for number in range(arena.rng.randint(1, MOST_STEPS)):
        if arena.rng.random() < 0.5:
            ask = v1.AskRequest(experiment_id=experiment_id, request_id=f"{ids}-{number}")
            told = [observation(1, trial_id=send("Ask", ask).trials[0].trial_id)]
        else:
            told = [unasked(0, f"{ids}-{number}-{i}", 0.5, arena.rng.random()) for i in range(TOGETHER)]
        send("Tell", v1.TellRequest(experiment_id=experiment_id, observations=told))
    return places


def _copy(source: Path, target: Path) -> Path:
    """Copy a database and its log; the index is made anew from them."""
    for ending in ("", "-wal"):
        shutil.copy(f"{source}{ending}", f"{target}{ending}")
    Path(f"{target}-shm").unlink(missing_ok=True)
    return target


def _cut(database: Path, index: WalIndex, first: WalIndex, arena: Arena) -> int:
    """Destroy the end of the log, behind what has been copied and the setup, and return how many frames are left."""
    setup = first.frames if first.salt == index.salt else 0
    size = end_of(index.frames)
    place = arena.rng.randint(end_of(max(index.copied, setup)), size)
    rest = arena.rng.choice((b"", bytes(size - place), arena.rng.randbytes(size - place)))
    with Path(f"{database}-wal").open("r+b") as file:
        file.truncate(place)
        file.seek(place)
        file.write(rest)
    return (place - end_of(0)) // (end_of(1) - end_of(0))


def _safe(place: WalIndex, index: WalIndex, kept: int) -> bool:
    """Whether what was acknowledged at a place is in the database or before the cut."""
    return place.salt != index.salt or place.frames <= max(kept, index.copied)


def _wrong(whole: dict[str, Log], found: dict[str, Log]) -> list[str]:
    wrong = [problem for log in found.values() for problem in gaps(log)]
    for name, log in found.items():
        if list(log.events) != list(whole[name].events[: len(log.events)]):
            wrong.append(f"the log of {name} is not what it was up to some event")
    return wrong
