"""The response that an outcome declared in a config stands for."""

from aepsych_grpc.config import outcome
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.choice import choice_response
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.responses.link import Link
from aepsych_grpc.core.responses.ordinal import RANGE, OrdinalResponse
from aepsych_grpc.core.responses.probit import PROBIT
from aepsych_grpc.core.responses.proportion import ProportionResponse
from aepsych_grpc.core.responses.response import Response


def response_of(kind: outcome.Kind, link: Link = PROBIT) -> Response:
    """Return how the latent field makes responses of an outcome; of a choice, how differences of it do.

    `link` is the shape of the psychometric function of a binary outcome or a proportion; others know only the probit.
    """
    match kind:
        case outcome.Binary(guess_rate=guess_rate, lapse_rate=lapse_rate):
            return BinaryResponse(guess_rate=guess_rate, lapse_rate=lapse_rate, link=link)
        case outcome.Proportion(trials=trials, guess_rate=guess_rate, lapse_rate=lapse_rate):
            each = BinaryResponse(guess_rate=guess_rate, lapse_rate=lapse_rate, link=link)
            return each if trials == 1 else ProportionResponse(each=each, trials=trials)
        case outcome.Ordinal(levels=levels):
            return OrdinalResponse(steps=(RANGE / (levels - 1),) * (levels - 2))
        case outcome.Continuous():
            return ContinuousResponse()
        case outcome.Choice():
            return choice_response()
