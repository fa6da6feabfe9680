"""The event log of every experiment: append, read, list."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from aepsych_grpc.store import listing, postgresql, projection, schema, sqlite
from aepsych_grpc.store.checkpoint import Checkpointer
from aepsych_grpc.store.error import (
    DuplicateRequest,
    ExperimentExists,
    OutcomeUnknown,
    SequenceConflict,
    StoreUnavailable,
    UnknownExperiment,
)
from aepsych_grpc.store.layout import prepare
from aepsych_grpc.store.place import Place, place_of
from aepsych_grpc.store.record import Cursor, ExperimentPage, ExperimentRecord, NewEvent, NewExperiment, StoredEvent
from aepsych_grpc.store.unavailable import translated


def open_store(database: str | Path, *, existing: bool = False) -> "EventStore":
    """Open a database: a file's path, `sqlite:///FILE`, `postgresql://USER@HOST/DATABASE` or `:memory:`.

    A missing file is made, and so are the tables of an empty database, unless it has to be an `existing` one.

    Raises:
        StoreUnavailable: It can't be opened, is not there, or belongs to another program.
        SchemaMismatch: It was written by another version of this program.
        UnknownDatabase: It is no URL, or that of another kind of database.
    """
    place = place_of(database)
    with translated(f"The database {place} can't be opened"):
        store = connect(place, existing=existing)
        try:
            with store.writer.begin() as connection:
                prepare(connection, place, existing=existing)
        except BaseException:
            store.close()
            raise
    return store


def connect(place: Place, *, existing: bool) -> "EventStore":
    """Connect to a database, whatever is in it. Raises StoreUnavailable."""
    if place.path is not None:
        if existing and not place.path.is_file():
            raise StoreUnavailable(f"There is no database {place}.")
        writer, reader = sqlite.open_file(place.path)
        return EventStore(writer, reader, Checkpointer(reader))
    if place.url is not None:
        return EventStore(*postgresql.open_server(place.url))
    engine = sqlite.open_memory()
    return EventStore(engine, engine)


class EventStore:
    """The experiments and their logs in one database. May be called from any thread.

    Every method is one transaction: what it writes is there as a whole or not at all. All of them raise
    StoreUnavailable when the database can't be read or written.
    """

    def __init__(self, writer: Engine, reader: Engine, checkpointer: Checkpointer | None = None) -> None:
        self.writer = writer
        self._unflushed_writer = writer.execution_options(durable=False)
        self._reader = reader
        self._checkpointer = checkpointer
        self._keys: dict[str, int] = {}

    def create_experiment(
        self,
        *,
        experiment_id: str,
        events: Sequence[NewEvent],
        name: str = "",
        participant_id: str = "",
        labels: Mapping[str, str] = MappingProxyType({}),
        setup_request_id: str | None = None,
        setup_digest: bytes = b"",
        finished: bool = False,
    ) -> None:
        """Record a new experiment; as `create_experiments`."""
        experiment = NewExperiment(
            experiment_id=experiment_id,
            events=events,
            name=name,
            participant_id=participant_id,
            labels=labels,
            setup_request_id=setup_request_id,
            setup_digest=setup_digest,
            finished=finished,
        )
        self.create_experiments([experiment])

    def create_experiments(self, experiments: Sequence[NewExperiment]) -> None:
        """Record new experiments, of which no two share an id or a `setup_request_id`; flushed to disk on return.

        Raises:
            DuplicateRequest: The `setup_request_id` of one has already set up an experiment.
            ExperimentExists: The `experiment_id` of one is taken.
        """
        try:
            with self._write() as connection:
                for experiment in experiments:
                    _insert_experiment(connection, experiment)
        except IntegrityError:  # which stopped at this experiment
            request_id = experiment.setup_request_id
            if request_id and (earlier := self.find_setup(request_id)):
                raise DuplicateRequest(earlier.experiment_id) from None
            raise ExperimentExists(experiment.experiment_id) from None
        self._appended(sum(len(experiment.events) for experiment in experiments))

    def append(
        self,
        experiment_id: str,
        after_sequence: int,
        events: Sequence[NewEvent],
        *,
        durable: bool,
        finished: bool | None = None,
    ) -> None:
        """Record events, at least one, as sequences `after_sequence + 1` and on.

        With `durable` they are flushed to disk on return, and with them all that was recorded before. Without, they
        outlive this process on return, and the machine's power after the next durable call.
        `finished` says from now on whether the experiment is; None leaves it.

        Raises:
            UnknownExperiment: There is no such experiment.
            SequenceConflict: Its log does not end at `after_sequence`.
        """
        _, last = _ends(events)
        table = schema.experiments
        change = {"sequence": after_sequence + len(events), "update_time": last.time}
        if finished is not None:
            change["finished"] = finished
        try:
            with self._write(durable=durable) as connection:
                key = self._key(connection, experiment_id)
                at_the_end = update(table).where(table.c.key == key, table.c.sequence == after_sequence)
                if connection.execute(at_the_end.values(change)).rowcount == 0:
                    raise SequenceConflict(experiment_id, after_sequence)
                _insert_events(connection, key, after_sequence, events)
        except IntegrityError:
            raise SequenceConflict(experiment_id, after_sequence) from None
        self._appended(len(events))

    def events(self, experiment_id: str, after_sequence: int = 0, most: int | None = None) -> list[StoredEvent]:
        """Return the events after a sequence, in order; at most so many. Raises UnknownExperiment."""
        with self.read() as connection:
            return read_events(connection, self._key(connection, experiment_id), after_sequence, most)

    def get(self, experiment_id: str) -> ExperimentRecord:
        """Return an experiment at a glance. Raises UnknownExperiment."""
        with self.read() as connection:
            record = listing.find(connection, schema.experiments.c.experiment_id == experiment_id)
        if record is None:
            raise UnknownExperiment(experiment_id)
        return record

    def find_setup(self, request_id: str) -> ExperimentRecord | None:
        """Return the experiment that a request has set up, or None."""
        with self.read() as connection:
            return listing.find(connection, schema.experiments.c.setup_request_id == request_id)

    def list_experiments(
        self,
        *,
        page_size: int,
        participant_id: str | None = None,
        name: str | None = None,
        labels: Mapping[str, str] = MappingProxyType({}),
        before: Cursor | None = None,
    ) -> ExperimentPage:
        """Return the experiments that agree with all that is given, newest first.

        `before` is the earlier page's `following`. Experiments that are set up between two pages neither shift the
        later page nor appear in it.
        """
        with self.read() as connection:
            return listing.page(connection, page_size, participant_id, name, labels, before)

    def close(self) -> None:
        """Close every connection; those in use close when their calls end. To be called last."""
        if self._checkpointer is not None:
            self._checkpointer.stop()
        self._reader.dispose()
        self.writer.dispose()

    @contextmanager
    def _write(self, *, durable: bool = True) -> Iterator[Connection]:
        engine = self.writer if durable else self._unflushed_writer
        what = "The database can't be written"
        with translated(what), engine.connect() as connection, connection.begin() as transaction:
            yield connection
            try:
                transaction.commit()
            except DatabaseError as error:
                if error.connection_invalidated:
                    raise OutcomeUnknown(f"{what}: the connection to it broke.") from error
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Return a connection on which all tables are as they are now, whatever is written meanwhile."""
        with translated("The database can't be read"), self._reader.begin() as connection:
            yield connection

    def _key(self, connection: Connection, experiment_id: str) -> int:
        """Return the key of an experiment, which it keeps for ever, from memory once it was looked up."""
        key = self._keys.get(experiment_id)
        if key is None:
            key = self._keys[experiment_id] = _key(connection, experiment_id)
        return key

    def _appended(self, count: int) -> None:
        if self._checkpointer is not None:
            self._checkpointer.appended(count)


def read_events(
    connection: Connection, experiment_key: int, after_sequence: int = 0, most: int | None = None
) -> list[StoredEvent]:
    """Return the events of an experiment after a sequence, in order; at most so many."""
    table = schema.events
    columns = (table.c.sequence, table.c.kind, table.c.time, table.c.payload)
    query = select(*columns).order_by(table.c.sequence).limit(most)
    rows = connection.execute(query.where(table.c.experiment_key == experiment_key, table.c.sequence > after_sequence))
    return [StoredEvent(*row) for row in rows]


def _key(connection: Connection, experiment_id: str) -> int:
    table = schema.experiments
    key = connection.execute(select(table.c.key).where(table.c.experiment_id == experiment_id)).scalar()
    if key is None:
        raise UnknownExperiment(experiment_id)
    return int(key)


def _insert_experiment(connection: Connection, experiment: NewExperiment) -> None:
    first, last = _ends(experiment.events)
    row = {
        "experiment_id": experiment.experiment_id,
        "name": experiment.name,
        "participant_id": experiment.participant_id,
        "setup_request_id": experiment.setup_request_id or None,
        "setup_digest": experiment.setup_digest,
        "create_time": first.time,
        "update_time": last.time,
        "sequence": len(experiment.events),
        "finished": experiment.finished,
    }
    connection.execute(insert(schema.experiments), row)
    key = _key(connection, experiment.experiment_id)
    _insert_events(connection, key, 0, experiment.events)
    if experiment.labels:
        rows = [{"experiment_key": key, "name": name, "value": value} for name, value in experiment.labels.items()]
        connection.execute(insert(schema.labels), rows)


def _ends(events: Sequence[NewEvent]) -> tuple[NewEvent, NewEvent]:
    if not events:
        raise ValueError("At least one event is needed.")
    return events[0], events[-1]


def _insert_events(connection: Connection, key: int, after_sequence: int, events: Sequence[NewEvent]) -> None:
    rows = [
        {"experiment_key": key, "sequence": sequence, "kind": event.kind, "time": event.time, "payload": event.payload}
        for sequence, event in enumerate(events, after_sequence + 1)
    ]
    connection.execute(insert(schema.events), rows)
    table = schema.event_counts
    for kind, count in Counter(event.kind for event in events).items():
        of_kind = update(table).where(table.c.experiment_key == key, table.c.kind == kind)
        if connection.execute(of_kind.values(count=table.c.count + count)).rowcount == 0:
            connection.execute(insert(table).values(experiment_key=key, kind=kind, count=count))
    projection.write(connection, key, [row for event in events for row in event.rows])
