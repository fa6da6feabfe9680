"""The optimization core: what is learned from responses and which trial teaches the most.

Knows torch and the description of an experiment; no protobuf, no gRPC, no database.

Notation used throughout:

| symbol | meaning |
| --- | --- |
| d | coordinates of a stimulus in the unit cube (fixed parameters have none) |
| s | stimuli per trial |
| n | told trials the model learns from |
| m, k | points to evaluate, reference points |
| X | points in the unit cube, `m x d`, float64 |
| y | responses, `n` |
| f | the latent field |
| g, l | guess rate and lapse rate |
| Phi, phi | distribution function and density of the standard normal |
"""
