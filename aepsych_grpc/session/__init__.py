"""One experiment as a state machine: events in, state out."""
