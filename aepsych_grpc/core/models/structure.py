"""What the prior knows of the latent field: an option that several models have."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.knowledge import Knowledge
from aepsych_grpc.core.models.structure_by_evidence import StructureByEvidence
from aepsych_grpc.core.models.structure_kernels import AUTO, NEED_INTENSITY, STRUCTURES, candidates, kernel_of
from aepsych_grpc.core.responses.response import Response

EVIDENCE = "evidence"


def structure_option(default: str) -> Any:
    """Declare the option with a default."""
    return option(
        default,
        "What the prior knows of the field before the first response. "
        "auto: intensity if an intensity parameter is declared, else smooth; what is declared decides, not the "
        "responses. "
        "smooth: nothing but smoothness, with one lengthscale for each parameter. "
        "intensity: responses rise along the intensity parameter; threshold and slope vary smoothly with the other "
        "parameters, and a smooth rest makes up for what does not rise. "
        "semi_parametric: along the intensity parameter the field is slope times distance from threshold, a straight "
        "line, and both vary smoothly with the other parameters; as intensity, but without a rest, and with a prior of "
        "thresholds in units of the intensity's range. "
        "linear_intensity: straight lines along the intensity parameter that all have the same slope; only the "
        "threshold varies with the other parameters, smoothly. Wrong where the slope varies too. "
        "additive: each parameter has an effect of its own, and effects add up but for interactions, whose strength is "
        "learned; with an intensity parameter, on top of a line that rises along it. "
        "evidence: the responses decide. After 20, 40, 80, ... trials, smooth, additive and, with an intensity "
        "parameter, intensity and semi_parametric are weighed by how probable each makes the responses; trials are "
        "chosen with the most probable one, estimates average over all in proportion. Until 20 trials it is auto. The "
        "trial after each weighing takes several times as long to choose.",
        choices=(AUTO, *STRUCTURES, EVIDENCE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureOptions:
    """What the prior knows of the field."""

    structure: str = structure_option(AUTO)


def check_structure(options: StructureOptions, trials: Trials) -> list[Violation]:
    """Find out whether the structure lacks its intensity parameter; the path is `options.structure`."""
    if options.structure not in NEED_INTENSITY or trials.intensity_parameter:
        return []
    message = (
        f'"{options.structure}" is given, but the experiment declares no intensity_parameter; declare it, or choose '
        '"auto", "smooth", "additive" or "evidence".'
    )
    return [Violation("options.structure", message)]


def model_of(
    context: ModelContext,
    response: Response,
    structure: str,
    *,
    scale: float = 1.0,
    latent: Callable[[Kernel], Kernel] = lambda kernel: kernel,
    knowledge: Knowledge | None = None,
) -> GaussianProcessModel | StructureByEvidence:
    """Return the Gaussian process with a structure, or of several that the evidence decides among.

    Args:
        context: The experiment.
        response: How the field makes responses.
        structure: A name of STRUCTURES, AUTO or EVIDENCE.
        scale: Size of the field relative to one seen through a probit.
        latent: Makes the prior of what responses are about from the prior of the field.
        knowledge: What is known beforehand of what responses are about.

    Raises:
        ValueError: as `kernel_of` does, or what earlier participants have taught is about other hyperparameters.
    """
    names = candidates(context) if structure == EVIDENCE else (structure,)
    models = tuple(
        GaussianProcessModel(kernel=latent(kernel_of(context, name, scale)), response=response, knowledge=knowledge)
        for name in names
    )
    if len(models) == 1:
        return replace(models[0], learned=context.hyperprior)
    return StructureByEvidence(structures=names, models=models, learned=context.hyperprior)
