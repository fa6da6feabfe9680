"""What can go wrong with the store."""

import shlex


class StoreError(Exception):
    """Base of all that the store raises. Whatever was to be written has not been, not even in part."""


class UnknownExperiment(StoreError):
    """There is no such experiment."""

    def __init__(self, experiment_id: str) -> None:
        super().__init__(f'There is no experiment "{experiment_id}" in this database.')
        self.experiment_id = experiment_id


class ExperimentExists(StoreError):
    """The id of a new experiment is taken."""

    def __init__(self, experiment_id: str) -> None:
        super().__init__(f'There is already an experiment "{experiment_id}" in this database.')
        self.experiment_id = experiment_id


class DuplicateRequest(StoreError):
    """The request that sets up an experiment has already set one up: `experiment_id`."""

    def __init__(self, experiment_id: str) -> None:
        super().__init__(f'This request has already set up the experiment "{experiment_id}".')
        self.experiment_id = experiment_id


class SequenceConflict(StoreError):
    """The log does not end where the writer thinks: another writer was there first."""

    def __init__(self, experiment_id: str, after_sequence: int) -> None:
        super().__init__(f'The log of experiment "{experiment_id}" does not end at sequence {after_sequence}.')
        self.experiment_id = experiment_id
        self.after_sequence = after_sequence


class UnknownDatabase(StoreError, ValueError):
    """What should name a database names none that the store can open."""


class StoreUnavailable(StoreError):
    """The database can't be read or written now: disk full, locked, read-only, damaged, or not ours.

    Attributes:
        consequence: A sentence that says what has become of what was to be written.
    """

    consequence = "Nothing of it was recorded."


class OutcomeUnknown(StoreUnavailable):
    """The connection broke while a commit was under way, which a server may have heard or not."""

    consequence = "It is not known whether it was recorded; the same call sent again records it once."


class SchemaMismatch(StoreUnavailable):
    """The database was written by another version of this program, which laid it out differently."""

    def __init__(self, found: int, known: int, place: str) -> None:
        advice = (
            "A later version of aepsych-grpc wrote it: use that one, or one after it."
            if found > known
            else f"Stop every server that uses it, then: aepsych-grpc db upgrade {shlex.quote(place)}"
        )
        super().__init__(
            f"The database {place} has schema version {found}; this version of aepsych-grpc knows version {known}. "
            f"{advice}"
        )
        self.found = found
        self.known = known
