"""What every client must do: the names that runners print, and what must hold."""

from collections.abc import Mapping
from types import MappingProxyType

BEHAVIOURS: Mapping[str, str] = MappingProxyType(
    {
        "server_info": "The server's version and limits, and the names of its models, are there.",
        "setup": "An experiment is set up from a config, and has an id and the config's names.",
        "setup_twice": "The same setup with the same request_id gives the same experiment, marked as a duplicate.",
        "setup_refused": "A config with several mistakes is refused with the path and message of each.",
        "ask": "A trial has a number, a value within bounds for each parameter, and how it was chosen.",
        "ask_again": "The same ask with the same request_id gives the same trial, and no second one.",
        "ask_batch": "Three trials that are asked for together are three different ones.",
        "ask_fixed": "A fixed parameter has its value in the asked stimulus.",
        "tell": "A response with response time and metadata is recorded, and read back as it was told.",
        "tell_again": "The same response told again is a duplicate, and adds nothing.",
        "tell_conflict": "Another outcome under an observation id that is taken is refused with ALREADY_EXISTS.",
        "tell_refused": "An unknown outcome and one that is NaN are refused with their paths, and nothing is recorded.",
        "tell_and_ask": "One call records a response and brings the next trial.",
        "unsolicited": "A response to a stimulus that was not asked is recorded as a trial of its own.",
        "excluded": "A response that is excluded from the model is kept as such.",
        "pairwise": "A trial of two stimuli is asked, and which of them was chosen is told.",
        "unicode": "Names, and the choices of a categorical parameter, come back as given: Größe, 色, 赤.",
        "several_outcomes": "A trial takes a value for each of several outcomes.",
        "query_prediction": "Predictions are in the order of the stimuli; near the threshold means are within bounds.",
        "query_threshold": "A threshold lies within the parameter's bounds and its credible interval.",
        "not_found": "An unknown experiment is refused with NOT_FOUND, EXPERIMENT_NOT_FOUND.",
        "finish": "A finished experiment says so; an ask then fails with EXPERIMENT_FINISHED.",
        "reconnect": "After a restart of the server the experiment goes on, and what was told before is recognised.",
        "deadline": "A call with too little time fails with DEADLINE_EXCEEDED, and the experiment is unharmed.",
        "big_batch": "500 responses are told in one call.",
    }
)
"""By name, in the order in which runners go through them."""
