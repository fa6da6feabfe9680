"""What a file of logs must be: whatever else it is, it is refused in so many words."""

import json

import pytest
from export_scenario import run_mixed, written
from hypothesis import given, settings
from hypothesis import strategies as st

from aepsych_grpc.export.file import Format, export_file
from aepsych_grpc.export.log_file import InvalidFileError, read_logs
from aepsych_grpc.export.restore import restore, sound_logs
from aepsych_grpc.session.call import AskCall
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


@pytest.fixture(scope="module")
def data():
    experiments = Experiments(open_store(":memory:"))
    yield written(experiments, [run_mixed(experiments)], Format.JSON)
    experiments.close()


@pytest.fixture(scope="module")
def store():
    found = open_store(":memory:")
    yield found
    found.close()


def test_a_file_that_is_cut_short_anywhere(data):
    for length in range(0, len(data) - 2, 97):
        with pytest.raises(InvalidFileError, match=r"cut short|UTF-8"):
            read_logs(data[:length])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: "[" * 100_000, "too deeply|cut short"),
        (lambda text: text.encode("latin-1", "replace").replace(b"?", b"\xff"), "UTF-8"),
        (lambda _: "{}", "export of whole experiments"),
        (lambda _: "[]", "export of whole experiments"),
        (lambda text: text.replace('"format_version": 1', '"format_version": 2'), "format_version is 2"),
        (lambda text: text.replace('"format_version": 1', '"format_version": {"a": 1}'), "format_version is"),
        (lambda text: text.replace('"sequence": 2', '"sequence": 2, "sequence": 2'), "twice in the same object"),
        (lambda text: text.replace('"sequence": 2', '"sequence": NaN'), "NaN"),
        (lambda text: text.replace('"sequence": 2', f'"sequence": {"9" * 5000}'), "no JSON"),
        (lambda text: text.replace('"sequence": 2', '"sequence": 2.5'), r"events\[1\]"),
        (lambda text: text.replace('"sequence": 2', '"sequence": 1e12'), r"events\[1\]"),
        (lambda text: text.replace('"sequence": 2', '"__class__": "os.system"'), r"events\[1\].*__class__"),
        (lambda text: text.replace("trial_asked", "trial_forgotten"), r"events\[1\].*trial_forgotten"),
        (lambda text: text.replace("TRIAL_SOURCE_SOBOL", "TRIAL_SOURCE_UNSPECIFIED"), r"events\[1\]"),
        (lambda text: text.replace("TRIAL_SOURCE_SOBOL", "TRIAL_SOURCE_MAGIC"), r"events\[1\]"),
        (lambda text: text.replace('"upper_bound": 1.0', '"upper_bound": -1.0'), r"events\[0\].*upper_bound"),
        (lambda text: text.replace('"seen": 1.0', '"seen": "1"'), "does not understand"),
        (lambda text: text.replace('"seen": 1.0', '"seen": "\\ud800"'), "UTF-8"),
        (lambda text: text.replace('"events": [', '"events": [], "other": ['), "at least one entry"),
        (lambda text: text.replace('"events": [', '"events": [7, '), "An event is expected"),
        (lambda text: text.replace('"experiment_id": "', '"experiment_id": "../'), "The id of an experiment"),
    ],
)
def test_a_file_that_is_none(data, change, message):
    changed = change(data.decode())
    content = changed if isinstance(changed, bytes) else changed.encode()
    assert content != data
    with pytest.raises(InvalidFileError, match=message) as caught:
        read_logs(content)
    assert len(str(caught.value)) < 1000


def places(value, path=()):
    """Yield the path to every value within a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(entry, (*path, key))


WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1e308, -1e308, 2**31, -(2**63), "x" * 10_000, "", "1e999", "Infinity", "NaN", "\ud800", [], {}]),
    st.text(max_size=9),
    st.recursive(
        st.none(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
)


@given(draws=st.data())
@settings(max_examples=300)
def test_any_value_anywhere_is_taken_as_it_is_or_refused_in_words(data, store, draws):
    content = json.loads(data)
    path = draws.draw(st.sampled_from([place for place in places(content) if place]))
    target = content
    for key in path[:-1]:
        target = target[key]
    if draws.draw(st.booleans()):
        target[path[-1]] = draws.draw(WRONG)
    else:
        del target[path[-1]]
    before = store.list_experiments(page_size=1000).records
    try:
        logs = read_logs(json.dumps(content).encode())
        ids = restore(store, sound_logs(logs), new_ids=True)
    except InvalidFileError:
        assert store.list_experiments(page_size=1000).records == before
        return
    again = Experiments(store)
    again.open(ids[0]).overview()


def test_a_log_is_written_as_long_as_it_was_when_its_turn_came(monkeypatch):
    monkeypatch.setattr("aepsych_grpc.export.log.EVENTS", 2)
    experiments = Experiments(open_store(":memory:"))
    experiment = run_mixed(experiments)
    before = written(experiments, [experiment], Format.JSON)
    pieces = export_file(experiments, [experiment.experiment_id], Format.JSON, None).pieces
    data = b"".join(next(pieces).data for _ in range(3))
    for _ in range(3):
        experiment.ask(AskCall())
    assert data + b"".join(piece.data for piece in pieces) == before
    assert len(read_logs(before)[0].events) == 7
    experiments.close()
