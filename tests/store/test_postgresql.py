"""What a database on a server promises beyond what every store does: its commits, its absence, its company."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from postgresql_cluster import Cluster
from sqlalchemy import event as sqlalchemy_event

from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable
from aepsych_grpc.store.event_store import EventStore, open_store
from aepsych_grpc.store.record import NewEvent


def event(payload: bytes = b"") -> NewEvent:
    return NewEvent("told", datetime.now(UTC), payload)


@pytest.fixture
def address(postgresql: Cluster) -> str:
    return postgresql.new_database()


@pytest.fixture
def server_store(address: str) -> Iterator[EventStore]:
    store = open_store(address)
    store.create_experiment(experiment_id="e", events=[event()])
    yield store
    store.close()


def test_a_durable_append_waits_for_its_flush_and_no_other_does(server_store: EventStore) -> None:
    seen: list[str] = []
    sqlalchemy_event.listen(
        server_store.writer,
        "commit",
        lambda connection: seen.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()),
    )
    server_store.create_experiment(experiment_id="f", events=[event()])
    for sequence, durable in enumerate([False, True, False, True], 1):
        server_store.append("e", sequence, [event()], durable=durable)
    assert seen == ["on", "off", "on", "off", "on"]


def test_a_durable_append_is_flushed_whatever_the_server_is_set_to(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    store = open_store(address)
    with store.writer.begin() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
    store.close()


def test_a_crashed_server_loses_nothing_that_was_flushed(server_store: EventStore, postgresql: Cluster) -> None:
    server_store.append("e", 1, [event(b"asked")], durable=False)
    server_store.append("e", 2, [event(b"told")], durable=True)
    server_store.append("e", 3, [event(b"asked again")], durable=False)
    postgresql.crash()
    with pytest.raises(StoreUnavailable, match="The database can't be written"):
        server_store.append("e", 4, [event()], durable=True)
    with pytest.raises(StoreUnavailable, match="The database can't be read"):
        server_store.events("e")
    postgresql.start()
    payloads = [one.payload for one in server_store.events("e")]  # on connections that the crash has cut
    assert payloads in ([b"", b"asked", b"told"], [b"", b"asked", b"told", b"asked again"])
    assert server_store.get("e").sequence == len(payloads)
    server_store.append("e", len(payloads), [event(b"on")], durable=True)
    assert server_store.events("e")[-1].payload == b"on"


def test_a_server_that_was_started_again_between_two_calls_is_not_noticed(
    server_store: EventStore, postgresql: Cluster
) -> None:
    server_store.append("e", 1, [event()], durable=True)
    assert len(server_store.events("e")) == 2
    postgresql.crash()
    postgresql.start()
    server_store.append("e", 2, [event()], durable=True)
    assert len(server_store.events("e")) == 3


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path) -> None:
    address = f"postgresql://someone:secret@/studies?host={tmp_path}"
    with pytest.raises(
        StoreUnavailable, match=r"^The database postgresql://someone@/studies can't be opened: "
    ) as raised:
        open_store(address)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_writer_does_not_wait_for_ever(
    server_store: EventStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aepsych_grpc.store.busy.SECONDS", 0.05)
    impatient = open_store(address)
    with psycopg.connect(address) as connection:
        connection.execute("SELECT * FROM experiments FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            impatient.append("e", 1, [event()], durable=True)
        assert len(impatient.events("e")) == 1  # readers wait for no one
    impatient.append("e", 1, [event()], durable=True)
    impatient.close()
    assert server_store.get("e").sequence == 2


def test_a_reader_sees_one_moment(server_store: EventStore) -> None:
    with server_store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
        server_store.append("e", 1, [event()], durable=True)
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one() == before


def test_servers_that_find_an_empty_database_agree(address: str) -> None:
    together = threading.Barrier(4)

    def start(_: int) -> None:
        together.wait()
        open_store(address).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(4)))
    store = open_store(address)
    store.create_experiment(experiment_id="e", events=[event()])
    store.close()


def test_a_database_of_another_program_is_refused_and_left_alone(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreUnavailable, match="another program"):
        open_store(address)
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchall() == [("recipes",)]


def test_a_newer_schema_is_refused(server_store: EventStore, address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(SchemaMismatch, match="version 99"):
        open_store(address)
    del server_store


def test_who_may_not_make_tables_is_told(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS visitor")
        connection.execute("CREATE ROLE visitor LOGIN")
    with pytest.raises(StoreUnavailable, match="permission denied for schema public"):
        open_store(address.replace("postgres@", "visitor@"))


def test_an_existing_database_is_asked_for(address: str) -> None:
    with pytest.raises(StoreUnavailable, match="is empty"):
        open_store(address, existing=True)


def test_texts_with_the_character_nul_are_kept_with_a_picture_of_it(server_store: EventStore) -> None:
    server_store.create_experiment(
        experiment_id="f", events=[event()], name="a\0b", participant_id="\0", labels={"x\0": "\0y"}
    )
    (record,) = server_store.list_experiments(page_size=9, name="a\0b", labels={"x\0": "\0y"}).records
    assert (record.name, record.participant_id, record.labels) == ("a␀b", "␀", {"x␀": "␀y"})


def test_the_longest_texts_are_taken(server_store: EventStore) -> None:
    """All that the service takes, in characters of four bytes, which the server's indexes have to hold."""
    long = "𝔸" * 200
    server_store.create_experiment(
        experiment_id="f", events=[event()], name=long, participant_id=long, labels={long: long}, setup_request_id=long
    )
    assert server_store.find_setup(long) == server_store.get("f")
