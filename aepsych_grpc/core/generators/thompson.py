"""Thompson sampling: the best stimulus if one draw from the belief were the truth."""

from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.acquisition.context import AcquisitionContext, check_target, target_of
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.generators.sobol import Sobol
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.space.sobol import sobol_points

CANDIDATES = 512
GOALS = ("threshold", "maximum", "minimum")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThompsonOptions:
    """What is sought."""

    goal: str = option(
        "threshold", "What is sought: where responses reach the target, or are highest or lowest.", choices=GOALS
    )
    target: float | None = option(
        None, "The response probability whose contour is sought. Default: the outcome's target."
    )


@dataclass(frozen=True, slots=True)
class Thompson:
    """One joint draw of f at 512 Sobol candidates; the candidate where it reaches the goal (Thompson 1933).

    The goal is f nearest to the target's latent value, the largest or the smallest f. Trials of a batch have a draw
    each. Where the draw fails, a Sobol sequence stands in.
    """

    context: GeneratorContext
    goal: str = "threshold"
    target: float | None = None
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials."""
        problem = "There is nothing to learn from yet."
        if request.belief is not None:
            try:
                with torch.no_grad():
                    trials = range(request.index, request.index + request.count)
                    points = torch.stack([self._best(request, request.belief, trial) for trial in trials])
                return Choice(points=points[:, None], source=Source.MODEL)
            except (RuntimeError, ValueError, ArithmeticError) as error:
                # What linear algebra and special functions raise; anything else is a mistake of ours and must be seen.
                problem = f"The model's choice failed: {error}"
        points = Sobol(self.context).points(request.seed, request.index, request.count, request.fixed)
        return Choice(points=points, source=Source.FALLBACK, note=problem)

    def _best(self, request: Request, belief: Belief, trial: int) -> Tensor:
        space, rng = self.context.space, random_stream(request.seed, trial)
        X = sobol_points(space.d, CANDIDATES, seed=int(rng.integers(2**31)))
        X = torch.unique(space.snap(space.hold(X, request.fixed)), dim=0)
        X = X[space.keeps(X)]
        if not len(X):
            raise ArithmeticError("No candidate keeps to the constraints.")
        mean, covariance = belief.posterior.joint(X)
        f = mean + gaussian_root(covariance) @ torch.from_numpy(rng.standard_normal(len(X)))
        if self.goal == "threshold":
            target = target_of(AcquisitionContext(outcome=self.context.outcome), self.target)
            f = -(f - belief.response.latent(target)).abs()
        best: Tensor = X[f.argmin() if self.goal == "minimum" else f.argmax()]
        return best


def build_thompson(context: GeneratorContext, options: ThompsonOptions) -> Thompson:
    """Make the generator; raises as `target_of` does.

    Raises:
        ValueError: When a trial shows several stimuli; models don't learn from such trials.
    """
    if context.stimuli_per_trial != 1:
        raise ValueError(f"Models choose trials of one stimulus; this experiment's show {context.stimuli_per_trial}.")
    target_of(AcquisitionContext(outcome=context.outcome), options.target)
    return Thompson(context, options.goal, options.target)


def check_thompson(options: ThompsonOptions, trials: Trials) -> list[Violation]:
    """Find out whether the target isn't one of the outcome's, or isn't used; the path is `options.target`."""
    if options.target is not None and options.goal != "threshold":
        message = f'A target is given, but the goal is "{options.goal}"; leave the target out, or seek the threshold.'
        return [Violation("options.target", message)]
    return check_target(options, trials) if isinstance(trials.outcomes[0].kind, outcome.Psychometric) else []
