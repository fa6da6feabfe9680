"""What `aepsych-grpc replay` prints: where the record and what follows from the log differ, and how much agrees."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from aepsych_grpc import __version__
from aepsych_grpc.client import ReplayedEvent, Trial

MOST_ROWS = 20


def table(different: Sequence[ReplayedEvent]) -> Table:
    """Return a table of events that differ, a row for each thing that does; numbers with all their digits."""
    found = Table(
        title="Differences", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, show_lines=False
    )
    found.add_column("event", justify="right")
    for heading in ("", "", "on record", "worked out again"):
        found.add_column(heading, overflow="fold")
    rows = [(event, row) for event in different for row in _differences(event)]
    for event, (what, recorded, derived) in rows[:MOST_ROWS]:
        subject = f"trial {event.recorded.trial_id}" if event.recorded else "refit"
        found.add_row(str(event.sequence), subject, what, recorded, derived)
    if len(rows) > MOST_ROWS:
        found.caption = f"and {len(rows) - MOST_ROWS} more rows"
    return found


def conclusion(events: Sequence[ReplayedEvent], *, skip_computations: bool) -> str:
    """Say how much agrees."""
    asked = [event for event in events if event.kind == "trial_asked"]
    if skip_computations:
        return f"{_counted(len(events), 'event')} read, {_counted(len(asked), 'trial')} asked; nothing was worked out."
    trials = Counter(event.agreement for event in asked)
    refits = Counter(event.agreement for event in events if event.kind == "model_refitted")
    same, different, cut = trials["same"], trials["different"], trials["unspecified"]
    verified, wrong = refits["same"], refits["different"]
    sentences = [
        f"{_counted(len(asked), 'trial')} worked out again: {same} the same, bit for bit; {different} different."
    ]
    if cut:
        sentences.append(f"{_counted(cut, 'trial')} can't be found again: a clock has cut their search short.")
    if verified or wrong:
        sentences.append(f"{_counted(verified + wrong, 'refit')}: {verified} the same; {wrong} different.")
    if different or wrong:
        sentences.append(_why(events))
    return " ".join(sentences)


def _why(events: Sequence[ReplayedEvent]) -> str:
    """Say what may be behind differences."""
    created = events[0].event.experiment_created
    by = f" It was set up by version {created.server_version}; this is {__version__}." if created.server_version else ""
    return f"Another version of this program, of torch or another kind of processor can make for other last bits.{by}"


def _differences(event: ReplayedEvent) -> Iterator[tuple[str, str, str]]:
    """Yield what differs, as it is on record and as it was worked out again."""
    if event.recorded is None:
        for i, (one, other) in enumerate(zip(event.recorded_refit, event.derived_refit, strict=False)):
            if one != other:
                yield f"hyperparameter {i + 1}", repr(one), repr(other)
        return
    recorded, derived = event.recorded, event.derived
    if derived is None:
        yield "", "asked", "no trial"
        return
    for name in ("strategy", "source", "data_sequence"):
        if getattr(recorded, name) != getattr(derived, name):
            yield name.replace("_", " "), str(getattr(recorded, name)), str(getattr(derived, name))
    yield from _values(recorded, derived)


def _values(recorded: Trial, derived: Trial) -> Iterator[tuple[str, str, str]]:
    for i, (one, other) in enumerate(zip(recorded.stimuli, derived.stimuli, strict=False), start=1):
        suffix = "" if len(recorded.stimuli) == 1 else f", stimulus {i}"
        for name, value in one.items():
            if repr(value) != repr(other.get(name)):
                yield f"{name}{suffix}", repr(value), repr(other.get(name))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
