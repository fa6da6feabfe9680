"""What earlier experiments teach, learned beside all other work and kept for those who ask for it."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import replace

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.proto import to_proto
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.lesson import Lesson, learn
from aepsych_grpc.session.teachers import Teacher, find_teachers
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.event_store import EventStore

THREADS = 2
"""Lessons at the same time, so that a long one does not keep a short one waiting. They are not the workshop's threads,
which somebody waits for with every trial."""
MOST_KEPT = 32
"""Lessons kept: each is a few numbers."""


class Population:
    """What earlier experiments teach. May be called from any thread.

    A lesson is a pure function of a config and of the teachers' logs up to some sequence. It takes a tenth of a second
    to seconds for each teacher, and is begun as soon as an experiment of a study that learns from its participants has
    finished, so that it is there when the next participant comes.
    """

    def __init__(self, store: EventStore, workshop: Workshop) -> None:
        self._store, self._workshop = store, workshop
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="population")
        self._lock = threading.Lock()
        self._lessons: OrderedDict[Hashable, Future[Lesson]] = OrderedDict()
        self._anticipated: set[bytes] = set()

    def learned_in_time(self, config: ExperimentConfig, teachers: Sequence[Teacher], timeout: float | None) -> Lesson:
        """Return what the teachers teach an experiment of this config.

        Raises:
            ServiceError: DEADLINE_EXCEEDED, while the learning goes on; SHUTTING_DOWN.
            StoreUnavailable: The database can't be read.
        """
        if not teachers:
            return ()
        key = (_study(config), tuple(teachers))
        lesson, new = self._lesson(key)
        if new:
            self._executor.submit(self._learn, key, lesson, config)
        try:
            return lesson.result(timeout)
        except FutureTimeoutError:
            raise ServiceError(
                Reason.DEADLINE_EXCEEDED,
                f"Learning from {len(teachers)} earlier experiments was not done when the call's deadline passed. "
                "Nothing was recorded; the learning goes on. Send the call again, or allow more time.",
            ) from None
        except CancelledError:
            raise ServiceError(Reason.SHUTTING_DOWN, "The server is shutting down; try again shortly.") from None

    def anticipate(self, config: ExperimentConfig) -> None:
        """Begin with what the next participant will begin with, if the study learns from its participants."""
        if config.population_prior is None:
            return
        study = _study(config)
        with self._lock:
            if study in self._anticipated:
                return
            self._anticipated.add(study)
        with suppress(RuntimeError):  # the server is shutting down
            self._executor.submit(self._anticipate, study, config)

    def close(self) -> bool:
        """Drop what has not begun, wait for nothing, and return whether everything that had begun is done."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for lesson in self._lessons.values():
                lesson.cancel()
            return all(lesson.done() for lesson in self._lessons.values())

    def _lesson(self, key: Hashable) -> tuple[Future[Lesson], bool]:
        """Return the lesson of a key, and whether it is new and so for the caller to begin."""
        with self._lock:
            new = key not in self._lessons
            lesson = self._lessons.setdefault(key, Future())
            self._lessons.move_to_end(key)
            while len(self._lessons) > MOST_KEPT:
                self._lessons.popitem(last=False)
            return lesson, new

    def _anticipate(self, study: bytes, config: ExperimentConfig) -> None:
        with self._lock:
            # From here on an experiment that finishes is not among the teachers: it makes for another lesson.
            self._anticipated.discard(study)
        key = (study, find_teachers(self._store, config).found)
        lesson, new = self._lesson(key)
        if new:
            self._learn(key, lesson, config)

    def _learn(self, key: tuple[bytes, tuple[Teacher, ...]], lesson: Future[Lesson], config: ExperimentConfig) -> None:
        if not lesson.set_running_or_notify_cancel():
            return
        try:
            lesson.set_result(learn(self._store, config, key[1], self._workshop))
        except Exception as error:  # noqa: BLE001  # it reaches whoever waits, and the next one tries anew
            with self._lock:
                self._lessons.pop(key, None)
            lesson.set_exception(error)


def _study(config: ExperimentConfig) -> bytes:
    """Return what of a config a lesson depends on, and more that experiments of a study have in common."""
    common = replace(config, seed=None, labels={}, description="")
    return to_proto(common).SerializeToString(deterministic=True)
