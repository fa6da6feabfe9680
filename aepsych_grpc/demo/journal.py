"""The demo's own record of all that the server has acknowledged, to be held against what the server still knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aepsych_grpc.client.trial import Trial


@dataclass(slots=True)
class Journal:
    """What was acknowledged: the stimulus of each trial asked, and the response to each trial told."""

    asked: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    told: dict[int, float] = field(default_factory=dict)

    def losses(self, listed: Iterable[Trial], outcome: str) -> list[str]:
        """Return what the server has lost, changed or made up, in words; nothing when it has kept its word.

        Args:
            listed: The trials as the server lists them now.
            outcome: Name of the outcome.
        """
        found: list[str] = []
        by_id = {trial.trial_id: trial for trial in listed}
        for trial_id, stimulus in self.asked.items():
            trial = by_id.get(trial_id)
            if trial is None:
                found.append(f"trial {trial_id} is lost")
                continue
            if dict(trial.stimulus) != dict(stimulus):
                found.append(f"trial {trial_id} shows {dict(trial.stimulus)}, but {dict(stimulus)} was asked")
            kept = (trial.outcomes or {}).get(outcome)
            if kept != self.told.get(trial_id):
                found.append(f"trial {trial_id} has the response {kept}, but {self.told.get(trial_id)} was told")
        found += [f"trial {trial_id} was never asked" for trial_id in sorted(by_id.keys() - self.asked.keys())]
        return found
