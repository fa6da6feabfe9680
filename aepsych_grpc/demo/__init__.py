"""The demo: a simulated participant, a real server that is killed half way, and what was learned beside the truth."""
