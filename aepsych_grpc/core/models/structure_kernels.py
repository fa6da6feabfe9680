"""The structures that the prior of the latent field can have: a kernel for each, by name."""

from collections.abc import Callable, Mapping

from aepsych_grpc.core.models.additive_kernel import AdditiveKernel
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.rising_kernel import RisingKernel
from aepsych_grpc.core.models.semi_parametric_kernel import SemiParametricKernel

AUTO = "auto"
"""Stands for the structure that the declarations speak for."""


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
