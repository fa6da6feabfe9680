"""Which of two stimuli is chosen: the response of a choice."""

from aepsych_grpc.core.responses.binary import BinaryResponse


def choice_response() -> BinaryResponse:
    """Return the probit of the difference of utilities (Thurstone 1927, case V).

        p(y = 1) = Phi(u),   u = f(second) - f(first)

    y is the position of the chosen stimulus, from 0. The unit of utility is the standard deviation of the noise in a
    comparison.
    """
    return BinaryResponse()
