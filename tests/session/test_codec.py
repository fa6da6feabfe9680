from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from session_scenario import make_config

from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.session.codec import decode, encode
from aepsych_grpc.session.event import Event, ExperimentCreated, LearnedPrior, RequestIdentity

TEXT = st.text(max_size=8)
POSITIVE = st.floats(1e-300, 1e300)
PRIORS = st.builds(
    LearnedPrior,
    strategy_index=st.integers(0, 19),
    outcome=TEXT,
    experiment_ids=st.lists(TEXT, max_size=3).map(tuple),
    hyperprior=st.builds(
        Hyperprior, st.lists(st.builds(LogParameter, TEXT, POSITIVE, POSITIVE), min_size=1, max_size=4).map(tuple)
    ),
)


@given(learned=st.lists(PRIORS, max_size=3).map(tuple), warnings=st.lists(TEXT, max_size=2).map(tuple))
def test_what_was_learned_survives_the_log_bit_for_bit(learned, warnings):
    created = ExperimentCreated(
        config=make_config(),
        participant_id="p01",
        learned_priors=learned,
        prior_warnings=warnings,
        request=RequestIdentity(request_id="r", content_digest=b"d"),
    )
    event = Event(1, datetime(2024, 5, 6, tzinfo=UTC), created)
    assert decode(encode(event)[1]) == event
