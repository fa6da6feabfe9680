"""What the prior knows of the latent field: an option that several models have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.additive_kernel import AdditiveKernel
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.rising_kernel import RisingKernel
from aepsych_grpc.core.models.semi_parametric_kernel import SemiParametricKernel
from aepsych_grpc.core.models.structure_by_evidence import StructureByEvidence

AUTO, EVIDENCE = "auto", "evidence"


def _smooth(context: ModelContext, scale: float) -> Kernel:
    return ArdKernel(context.categorical, 4.0 * scale**2)


def _intensity(context: ModelContext, scale: float) -> Kernel:
    return IntensityKernel(context.categorical, _declared(context), scale)


def _semi_parametric(context: ModelContext, scale: float) -> Kernel:
    return SemiParametricKernel(context.categorical, _declared(context), scale)


def _linear_intensity(context: ModelContext, scale: float) -> Kernel:
    intensity = _declared(context)
    others = tuple(j for j in range(context.d) if j != intensity)
    smooth = ArdKernel(tuple(context.categorical[j] for j in others), 4.0 * scale**2)
    return RisingKernel(smooth, others, intensity, context.d, scale)


def _additive(context: ModelContext, scale: float) -> Kernel:
    levels = context.levels or (None,) * context.d
    categories = [levels[j] if unordered else 0 for j, unordered in enumerate(context.categorical)]
    if None in categories:
        raise ValueError(f"Categories without a number of levels: {context.levels}.")
    additive = AdditiveKernel(tuple(count or 0 for count in categories), scale)
    if context.intensity is None:
        return additive
    return RisingKernel(additive, tuple(range(context.d)), context.intensity, context.d, scale)


def _declared(context: ModelContext) -> int:
    if context.intensity is None:
        raise ValueError("This structure needs an intensity parameter.")
    return context.intensity


STRUCTURES: Mapping[str, Callable[[ModelContext, float], Kernel]] = {
    "smooth": _smooth,
    "intensity": _intensity,
    "semi_parametric": _semi_parametric,
    "linear_intensity": _linear_intensity,
    "additive": _additive,
}
"""The kernels by name, each made from the experiment and the field's size relative to one seen through a probit."""

NEED_INTENSITY = ("intensity", "semi_parametric", "linear_intensity")


def structure_option(default: str) -> Any:
    """Declare the option with a default."""
    return option(
        default,
        "What the prior knows of the field before the first response. "
        "auto: intensity if an intensity parameter is declared, else smooth; the responses have no say in it. "
        "smooth: nothing but smoothness, with one lengthscale for each parameter. "
        "intensity: responses rise along the intensity parameter; threshold and slope vary smoothly with the other "
        "parameters, and a smooth rest makes up for what does not rise. "
        "semi_parametric: the same without a rest, so that along the intensity the field is a straight line "
        "everywhere, slope times distance from threshold; the threshold's prior is in units of the intensity's range. "
        "linear_intensity: straight lines that all have one slope, only the threshold varies with the other "
        "parameters; far off where the slope varies too. "
        "additive: each parameter has an effect of its own, and the effects add up but for an interaction that is "
        "learned with them; with an intensity parameter, on top of a line that rises along it. "
        "evidence: the responses decide among smooth, additive and, with an intensity parameter, intensity and "
        "semi_parametric, after 20, 40, 80, ... trials; estimates average over those that explain the responses "
        "well, in proportion to how well.",
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


def kernel_of(context: ModelContext, structure: str, scale: float = 1.0) -> Kernel:
    """Return the kernel that a structure stands for.

    Args:
        context: The experiment.
        structure: A name of STRUCTURES, or AUTO.
        scale: Size of the field relative to one seen through a probit.

    Raises:
        ValueError: the structure needs an intensity that is not declared.
    """
    if structure == AUTO:
        structure = auto(context)
    return STRUCTURES[structure](context, scale)


def auto(context: ModelContext) -> str:
    """Return the structure that the declarations speak for."""
    return "smooth" if context.intensity is None else "intensity"


def candidates(context: ModelContext) -> tuple[str, ...]:
    """Return the structures that responses may decide among, that of AUTO first.

    linear_intensity is none of them: it is intensity with neither a varying slope nor a rest, which responses can
    bring about by themselves. With a single coordinate an additive field is a smooth one.
    """
    first = auto(context)
    others = ("smooth", "additive") if context.d > 1 else ("smooth",)
    rising = () if context.intensity is None else ("semi_parametric",)
    return (first, *(name for name in (*rising, *others) if name != first))


def model_of(
    context: ModelContext,
    structure: str,
    *,
    scale: float = 1.0,
    latent: Callable[[Kernel], Kernel] = lambda kernel: kernel,
) -> GaussianProcessModel | StructureByEvidence:
    """Return the Gaussian process with a structure, or of several that the evidence decides among.

    Args:
        context: The experiment.
        structure: A name of STRUCTURES, AUTO or EVIDENCE.
        scale: Size of the field relative to one seen through a probit.
        latent: Makes the prior of what responses are about from the prior of the field.

    Raises:
        ValueError: as `kernel_of` does, or what earlier participants have taught is about other hyperparameters.
    """
    names = candidates(context) if structure == EVIDENCE else (structure,)
    models = tuple(
        GaussianProcessModel(kernel=latent(kernel_of(context, name, scale)), response=context.response)
        for name in names
    )
    if len(models) == 1:
        return replace(models[0], learned=context.hyperprior)
    return StructureByEvidence(structures=names, models=models, learned=context.hyperprior)
