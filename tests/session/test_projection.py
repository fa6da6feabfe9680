"""What people read of a database, with SQL alone, is what the session says of it."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from postgresql_cluster import Cluster
from session_scenario import ask_call, given, make_config, run, set_up

from aepsych_grpc.config.experiment import Component, Stopping, Strategy
from aepsych_grpc.config.outcome import Choice, Continuous, Outcome
from aepsych_grpc.config.parameter import Binary as BinaryParameter
from aepsych_grpc.config.parameter import Categorical, Parameter
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.projection import Projection, rows_of_log
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.record import NewEvent
from aepsych_grpc.store.views import VIEWS
from aepsych_grpc.v1 import event_pb2


def read(database: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def test_every_trial_can_be_read_at_any_moment(experiments: Experiments, database: Path) -> None:
    call = SetupCall(config=make_config(), participant_id="p07", labels={"lab": "Zürich"})
    experiment = experiments.open(experiments.setup(call).experiment_id)
    shown = run(experiment, 5)
    (pending,) = experiment.ask(ask_call()).trials
    states = read(database, "SELECT trial_id, state, strategy, source FROM v_trials ORDER BY trial_id")
    assert states == [
        *((number, "told", "start", "sobol") for number in (1, 2, 3)),
        *((number, "told", "adaptive", "model") for number in (4, 5)),
        (6, "pending", "adaptive", "model"),
    ]
    values = read(database, "SELECT trial_id, parameter, value FROM v_parameters ORDER BY trial_id, parameter")
    stimuli = [*shown, pending.stimuli[0]]
    assert values == [(i, name, one[name]) for i, one in enumerate(stimuli, 1) for name in ("contrast", "frequency")]
    outcomes = read(database, "SELECT trial_id, outcome, value, kind FROM v_outcomes ORDER BY trial_id")
    assert outcomes == [(i, "seen", float(one["contrast"] > 0.1), "binary") for i, one in enumerate(shown, 1)]
    columns = "experiment_id, study, participant_id, finished, trials, responses, labels"
    assert read(database, f"SELECT {columns} FROM v_experiments") == [
        (experiment.experiment_id, "detection", "p07", 0, 6, 5, '{"lab":"Zürich"}')
    ]
    ((config,),) = read(database, "SELECT config FROM v_experiments")
    assert json.loads(config)["parameters"][0]["name"] == "contrast"
    ((ask_time, tell_time),) = read(database, "SELECT ask_time, tell_time FROM v_trials WHERE trial_id = 1")
    trial = experiment.trials()[0][0]
    assert (datetime.fromisoformat(ask_time), datetime.fromisoformat(tell_time)) == (trial.ask_time, trial.tell_time)


def test_whatever_is_told_with_a_response_can_be_read(experiments: Experiments, database: Path) -> None:
    experiment = set_up(experiments)
    experiment.ask(ask_call(count=2))
    shown_instead = {"contrast": 0.5, "frequency": 2.0}
    experiment.tell(
        [
            given(1, 1, stimuli=(shown_instead,), response_time=0.25),
            given(2, 0, exclude_from_model=True, metadata={"eye": "左\0", "block": 3}),
            given(0, 1, stimuli=({"contrast": 0.2, "frequency": 4.0},), observation_id="mine\0"),
        ]
    )
    columns = "trial_id, response_time, excluded, observation_id, metadata, source, ask_time IS NULL"
    assert read(database, f"SELECT {columns} FROM v_trials ORDER BY trial_id") == [
        (1, 0.25, 0, None, None, "sobol", 0),
        (2, None, 1, None, '{"block": 3.0, "eye": "左\\u0000"}', "sobol", 0),
        (3, None, 0, "mine␀", None, "unsolicited", 1),
    ]
    wide = read(database, "SELECT parameters, outcomes FROM v_wide WHERE trial_id <> 2 ORDER BY trial_id")
    assert [(json.loads(stimulus), json.loads(outcomes)) for stimulus, outcomes in wide] == [
        (shown_instead, {"seen": 1}),
        ({"contrast": 0.2, "frequency": 4.0}, {"seen": 1}),
    ]


def test_categories_and_both_stimuli_of_a_pair_can_be_read(experiments: Experiments, database: Path) -> None:
    parameters = (
        Parameter(name="shape", kind=Categorical(choices=("round", "ςquare"))),
        Parameter(name="lit", kind=BinaryParameter(), unit=""),
    )
    strategy = Strategy(name="start", generator=Component(name="sobol"), stopping=Stopping(min_asks=9))
    outcomes = (Outcome(name="better", kind=Choice()), Outcome(name="effort", kind=Continuous()))
    config = replace(
        make_config(), parameters=parameters, outcomes=outcomes, stimuli_per_trial=2, strategies=(strategy,)
    )
    experiment = experiments.open(experiments.setup(SetupCall(config=config)).experiment_id)
    pair = ({"shape": "ςquare", "lit": True}, {"shape": "round", "lit": False})
    experiment.tell([given(0, stimuli=pair, outcomes={"better": 1, "effort": -2.5})])
    assert read(database, "SELECT stimulus, parameter, value, category FROM v_parameters") == [
        (0, "shape", None, "ςquare"),
        (0, "lit", 1.0, None),
        (1, "shape", None, "round"),
        (1, "lit", 0.0, None),
    ]
    assert read(database, "SELECT outcome, value FROM v_outcomes") == [("better", 1.0), ("effort", -2.5)]
    wide = read(database, "SELECT stimulus, parameters, outcomes FROM v_wide ORDER BY stimulus")
    assert [(place, json.loads(one), json.loads(told)) for place, one, told in wide] == [
        (0, {"shape": "ςquare", "lit": 1}, {"better": 1, "effort": -2.5}),
        (1, {"shape": "round", "lit": 0}, {"better": 1, "effort": -2.5}),
    ]


def test_a_correction_and_a_retraction_can_be_read(experiments: Experiments, database: Path) -> None:
    experiment = set_up(experiments)
    run(experiment, 3)
    store, experiment_id = experiments.store, experiment.experiment_id
    projection = Projection()
    for stored in store.events(experiment_id):
        projection.rows(event_pb2.Event.FromString(stored.payload))

    def revise(trial_id: int, **fields: object) -> None:
        message = event_pb2.Event(sequence=store.get(experiment_id).sequence + 1)
        message.time.FromDatetime(datetime(2031, 5, 6, tzinfo=UTC))
        revised = message.trial_revised
        revised.trial_id, revised.retracted = trial_id, bool(fields.get("retracted"))
        revised.reason = str(fields.get("reason", ""))
        if "seen" in fields:
            revised.outcomes["seen"].number_value = float(str(fields["seen"]))
        event = NewEvent(
            "trial_revised", datetime(2031, 5, 6, tzinfo=UTC), message.SerializeToString(), projection.rows(message)
        )
        store.append(experiment_id, message.sequence - 1, [event], durable=True)

    told = dict(read(database, "SELECT trial_id, value FROM v_outcomes"))
    revise(1, seen=1 - told[1], reason="wrong key")
    revise(2, retracted=True)
    revise(3, retracted=True)
    revise(3, seen=1)
    assert read(database, "SELECT trial_id, value FROM v_outcomes") == [(1, 1 - told[1]), (3, 1)]
    states = read(database, "SELECT trial_id, state, revise_time, revise_reason FROM v_trials")
    at = "2031-05-06T00:00:00.000000Z"
    assert states == [(1, "told", at, "wrong key"), (2, "retracted", at, None), (3, "told", at, None)]
    assert read(database, "SELECT trials, responses FROM v_experiments") == [(3, 2)]
    assert read(database, "SELECT outcomes FROM v_wide WHERE trial_id = 2") == [("{}",)]


def test_two_servers_write_the_rows_that_one_log_says(database: Path) -> None:
    first, second = Experiments(open_store(database)), Experiments(open_store(database))
    one = set_up(first)
    other = second.open(one.experiment_id)
    one.ask(ask_call(count=2))
    other.tell([given(1)])
    other.ask(ask_call())
    one.tell([given(2), given(3, 0)])
    store = first.store
    expected = rows_of_log(store.events(one.experiment_id))
    assert len(expected) == len(set(expected))  # what the other one has asked is not written again
    first.close()
    second.close()
    assert read(database, "SELECT trials, responses FROM v_experiments") == [(3, 3)]
    assert read(database, "SELECT count(*) FROM v_parameters") == [(6,)]


def test_a_server_says_the_same_as_a_file(experiments: Experiments, database: Path, postgresql: Cluster) -> None:
    """The events of experiments in a file are recorded on a server; its views then have the same rows."""
    experiment = set_up(experiments)
    run(experiment, 4)
    experiment.tell(
        [given(0, 1, stimuli=({"contrast": 0.2, "frequency": 4.0},), metadata={"a": "\0"}, observation_id="mine\0")]
    )
    experiment.ask(ask_call())
    address = postgresql.new_database()
    server = open_store(address)
    projection = Projection()
    events = [projection.recorded(decode(one.payload)) for one in experiments.store.events(experiment.experiment_id)]
    server.create_experiment(experiment_id=experiment.experiment_id, events=events, name="detection")
    server.close()
    with psycopg.connect(address) as connection:
        for view in VIEWS:
            cursor = connection.execute(f"SELECT * FROM {view}")
            there = [plain(row) for row in cursor]
            names = ", ".join(column.name for column in cursor.description or ())
            here = [plain(row) for row in read(database, f"SELECT {names} FROM {view}")]
            assert sorted(here, key=str) == sorted(there, key=str), view


def plain(row: Sequence[object]) -> list[object]:
    """Return a row in the same words from both; numbers in JSON only to digits that SQLite writes."""
    values: list[object] = []
    for value in row:
        if isinstance(value, datetime):
            values.append(value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"))
        elif isinstance(value, dict) or (isinstance(value, str) and value.startswith("{")):
            document = value if isinstance(value, dict) else json.loads(value)
            values.append(
                {name: f"{one:.9g}" if isinstance(one, float | int) else one for name, one in document.items()}
            )
        else:
            values.append(int(value) if isinstance(value, bool) else value)
    return values


def test_an_event_that_can_t_be_read_is_named(experiments: Experiments) -> None:
    experiment = set_up(experiments)
    run(experiment, 1)
    log = experiments.store.events(experiment.experiment_id)
    assert decode(log[1].payload)
    with pytest.raises(ValueError, match=r"event 2 can't be read \(DecodeError"):
        rows_of_log([log[0], replace(log[1], payload=b"\xff\xff"), log[2]])
    with pytest.raises(ValueError, match="event 2, trial_asked, says that it is event 3, observation_told"):
        rows_of_log([log[0], replace(log[1], payload=log[2].payload), log[2]])
