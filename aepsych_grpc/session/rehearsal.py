"""An experiment that is recorded nowhere: for simulations, at the speed of the computation itself.

It goes through the same states, and so asks the same trials, as a recorded experiment with the same config and seed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.session.call import AskCall, Trial
from aepsych_grpc.session.choosing import choose
from aepsych_grpc.session.deciding import Live
from aepsych_grpc.session.event import Event, ExperimentCreated, Kind, LearnedPrior, Observation, ObservationTold
from aepsych_grpc.session.fitted import Fitted, answer, question
from aepsych_grpc.session.inline import Inline
from aepsych_grpc.session.phase import Phase, assemble
from aepsych_grpc.session.progress import is_finished
from aepsych_grpc.session.state import State
from aepsych_grpc.session.workshop import Workshop

NO_TIME = datetime.fromtimestamp(0, UTC)
"""When the events of a rehearsal happen: never."""


class Rehearsal:
    """A config's strategies, run in the caller's thread with one trial at a time."""

    def __init__(self, config: ExperimentConfig, learned_priors: tuple[LearnedPrior, ...] = ()) -> None:
        """Build the parts of a complete config with its seed (None counts as 0), and priors to begin with.

        Raises:
            InvalidConfigError: A part can't be built with its options.
        """
        self._assembly = assemble(config, Workshop(Inline()), learned_priors)
        self._state = State()
        self._outcome = config.outcomes[0].name
        self._apply(ExperimentCreated(config=config, learned_priors=learned_priors))

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The strategies."""
        return self._assembly.phases

    @property
    def finished(self) -> bool:
        """Whether nothing is left to ask."""
        return is_finished(self._assembly.phases, self._state.situation())

    @property
    def told(self) -> int:
        """Number of told trials."""
        return len(self._state.told)

    def ask(self) -> Trial | None:
        """Choose the next trial; None when the last strategy's model turns out to be certain enough to end it.

        Raises:
            ValueError: The experiment is finished.
        """
        if self.finished:
            raise ValueError("The experiment is finished.")
        chosen = choose(self._assembly.phases, self._state.situation(), AskCall(), Live(NO_TIME))
        for refit in chosen.refits:
            self._apply(refit)
        for end in chosen.ended:
            self._apply(end)
        if not chosen.trials:
            return None
        (asked,) = chosen.trials
        number = self._state.next_trial_id
        self._apply(replace(asked, trial_id=number))
        return self._state.trials[number]

    def tell(self, trial: Trial, response: float) -> None:
        """Take the response to a trial in."""
        self._tell(trial.trial_id, trial.stimuli, response, unsolicited=False)

    def tell_stimulus(self, stimulus: Mapping[str, Any], response: float) -> None:
        """Take the response to a stimulus in that was not asked for."""
        self._tell(self._state.next_trial_id, (stimulus,), response, unsolicited=True)

    def fitted(self) -> Fitted:
        """Return the model fitted to all that was told. Raises ServiceError NOTHING_TO_MODEL."""
        return answer(question(self._state, self._assembly.phases, None, ""), timeout=None)

    def _tell(self, number: int, stimuli: tuple[Mapping[str, Any], ...], response: float, *, unsolicited: bool) -> None:
        observation = Observation(
            observation_id=str(number), trial_id=number, stimuli=stimuli, outcomes={self._outcome: float(response)}
        )
        told = ObservationTold(observation=observation, unsolicited=unsolicited, content_digest=b"")
        self._apply(told)
        self._assembly.training[self._outcome].append(self._state.sequence, told)

    def _apply(self, kind: Kind) -> None:
        self._state.apply(Event(self._state.sequence + 1, NO_TIME, kind))
