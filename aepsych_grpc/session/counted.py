"""The observations that count: what models learn from, and what stopping rules and generators go by.

Those of earlier experiments count for models alone.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from aepsych_grpc.core.generators.generator import Told
from aepsych_grpc.session.call import Trial


class Counted:
    """The observations that are neither excluded nor retracted, taken in in the order of telling.

    Attributes:
        carried: Sequences of those that were carried over; they come first.
        occurrences: How often each value of each outcome has occurred among the others.
        told_of: The others to the trials of each strategy.
    """

    def __init__(self, strategies: Sequence[tuple[str, str]], carried: Sequence[int] = ()) -> None:
        """Begin with what was carried over; a strategy has a name, and the name of the outcome that it goes by."""
        self.carried = list(carried)
        self._strategies = {name: (index, outcome) for index, (name, outcome) in enumerate(strategies)}
        self._sequences: list[int] = []
        self.occurrences: Counter[tuple[str, float]] = Counter()
        self.told_of: list[list[Told]] = [[] for _ in strategies]

    def add(self, sequence: int, trial: Trial) -> None:
        """Take in what was told of a trial at `sequence`, if it counts."""
        observation = trial.observation
        if observation is None or observation.exclude_from_model or trial.retracted:
            return
        self._sequences.append(sequence)
        self.occurrences.update(observation.outcomes.items())
        if found := self._strategies.get(trial.strategy):
            index, outcome = found
            self.told_of[index].append(Told(observation.stimuli, observation.outcomes[outcome]))

    def __len__(self) -> int:
        return len(self.carried) + len(self._sequences)

    def up_to(self, sequence: int) -> int:
        """Count the observations up to a sequence."""
        return bisect_right(self.carried, sequence) + bisect_right(self._sequences, sequence)
